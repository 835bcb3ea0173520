/** The shapes of what an office has before it. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Due = Schemas['Due']
export type DueCount = Schemas['DueCount']
export type DueList = Schemas['DueList']
export type DueClock = Due['clock']
export const CLOCKS: readonly DueClock[] = [
  'selection',
  'analysis',
  'report',
  'nil',
  'med_analysis',
  'med_refund',
  'block',
  'recovery',
]
export type Queue = Schemas['Queue']
export type Urgency = Schemas['Urgency']
