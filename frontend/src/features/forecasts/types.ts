/** The shapes of /v1/forecasts. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type CashFlow = Schemas['CashFlowForecast']
export type ForecastDay = Schemas['ForecastDay']
export type Band = Schemas['Band']
export type Flow = 'inflow' | 'outflow' | 'net'
