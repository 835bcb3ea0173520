/** The shapes of /v1/graph/transfers/{transfer_id}/trace. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Trace = Schemas['GraphTrace']
export type TracedPayment = Schemas['TracedPayment']
export type TracedPlace = Schemas['TracedPlace']

/** How far and how wide somebody looks, within the API's bounds. */
export interface Bounds {
  hours: number
  hops: number
  fanOut: number
}
export const HOURS: readonly number[] = [6, 24, 72, 168, 720, 2_160, 8_784]
export const HOPS: readonly number[] = [1, 2, 3, 4, 5, 6]
export const FAN_OUTS: readonly number[] = [10, 50, 200]
export const USUAL: Bounds = { hours: 720, hops: 6, fanOut: 50 }
