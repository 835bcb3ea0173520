/** Which decisions are asked for: the API's own filters by their own names, kept in the address. */
import { CHANNELS, VERDICTS } from '@/lib/api-types'

export const FILTER_NAMES = [
  'verdict',
  'channel',
  'customer_id',
  'payee_id',
  'rule',
  'reason',
  'model',
  'at_least_minor',
  'from_time',
  'until_time',
] as const
export type FilterName = (typeof FILTER_NAMES)[number]
/** By name; what is not asked for is left out. */
export type Filters = Partial<Record<FilterName, string>>

export const ALL_DECISIONS: Filters = {}

const ID = /^[A-Za-z0-9._:@-]{1,64}$/
const MINOR = /^\d{1,15}$/
const isId = (value: string) => ID.test(value)
const isInstant = (value: string) => !Number.isNaN(Date.parse(value))

const IS_SOUND: Record<FilterName, (value: string) => boolean> = {
  verdict: (value) => (VERDICTS as readonly string[]).includes(value),
  channel: (value) => (CHANNELS as readonly string[]).includes(value),
  customer_id: isId,
  payee_id: isId,
  rule: isId,
  reason: isId,
  model: isId,
  at_least_minor: (value) => MINOR.test(value),
  from_time: isInstant,
  until_time: isInstant,
}

export const isSound = (name: FilterName, value: string): boolean => IS_SOUND[name](value)

/** What an address asks for. Somebody may have typed it: what the API would refuse is left out. */
export function filtersOf(search: URLSearchParams): Filters {
  const filters: Filters = {}
  for (const name of FILTER_NAMES) {
    const value = search.get(name)
    if (value !== null && isSound(name, value)) filters[name] = value
  }
  return filters
}

/** The same address with these filters and no others; what else it says, such as an open panel, stays. */
export function withFilters(search: URLSearchParams, filters: Filters): URLSearchParams {
  const after = new URLSearchParams(search)
  for (const name of FILTER_NAMES) {
    const value = filters[name]
    if (value) after.set(name, value)
    else after.delete(name)
  }
  return after
}

export const without = (filters: Filters, name: FilterName): Filters => ({ ...filters, [name]: undefined })

/** Those that are asked for, in the order in which they are shown; the verdict has a switch of its own. */
export function chosen(filters: Filters): [name: FilterName, value: string][] {
  return FILTER_NAMES.flatMap((name) => {
    const value = filters[name]
    return name !== 'verdict' && value ? [[name, value] as [FilterName, string]] : []
  })
}

/** The address of the decisions that pass. */
export const pathOf = (filters: Filters): string =>
  `/decisions?${withFilters(new URLSearchParams(), filters).toString()}`
