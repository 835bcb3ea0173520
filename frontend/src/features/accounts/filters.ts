/** Which movements are asked for: the API's own filters by their own names, kept in the address. */
import { CATEGORIES } from '@/features/accounts/types'
import { MOST_ASKED_MINOR, readAmount, type Typed } from '@/lib/amounts'
import { dayAfter, isDay } from '@/lib/days'

export const FILTER_NAMES = ['q', 'direction', 'category', 'at_least_minor', 'at_most_minor', 'from', 'to'] as const
export type FilterName = (typeof FILTER_NAMES)[number]
/** By name; what is not asked for is left out. The period is half-open: `to` is the day after the last. */
export type Filters = Partial<Record<FilterName, string>>

export const ALL_MOVEMENTS: Filters = {}

const MAX_QUERY = 100
const MINOR = /^\d{1,15}$/
const HAS_WORD = /[\p{L}\p{N}]/u

const IS_SOUND: Record<FilterName, (value: string) => boolean> = {
  q: (value) => value.length <= MAX_QUERY && HAS_WORD.test(value),
  direction: (value) => value === 'in' || value === 'out',
  category: (value) => (CATEGORIES as readonly string[]).includes(value),
  at_least_minor: (value) => MINOR.test(value),
  at_most_minor: (value) => MINOR.test(value),
  from: isDay,
  to: isDay,
}

/** What an address asks for. Somebody may have typed it: what the API would refuse is left out. */
export function filtersOf(search: URLSearchParams): Filters {
  const filters: Filters = {}
  for (const name of FILTER_NAMES) {
    const value = search.get(name)
    if (value !== null && IS_SOUND[name](value)) filters[name] = value
  }
  if (filters.from !== undefined && filters.to !== undefined && filters.to <= filters.from) delete filters.to
  return filters
}

/** The same address with these filters and no others. */
export function withFilters(search: URLSearchParams, filters: Filters): URLSearchParams {
  const after = new URLSearchParams(search)
  for (const name of FILTER_NAMES) {
    const value = filters[name]
    if (value) after.set(name, value)
    else after.delete(name)
  }
  return after
}

export const without = (filters: Filters, ...names: readonly FilterName[]): Filters =>
  Object.fromEntries(Object.entries(filters).filter(([name]) => !(names as readonly string[]).includes(name)))

/** The filters as they are typed; the last day itself in place of the one after it. */
export interface FilterTexts {
  category: string
  atLeast: Typed
  atMost: Typed
  first: string
  last: string
}

export type FilterProblem = 'money' | 'order'

export interface ReadFilters {
  filters: Filters
  problems: Partial<Record<keyof FilterTexts, FilterProblem>>
}

/** What the texts ask for beside what `kept` says already; what cannot be read is named instead. */
export function readTexts(texts: FilterTexts, kept: Filters, currency: string): ReadFilters {
  const filters = without(kept, 'category', 'at_least_minor', 'at_most_minor', 'from', 'to')
  const problems: ReadFilters['problems'] = {}
  if (texts.category) filters.category = texts.category
  const amount = (name: 'atLeast' | 'atMost'): number | null => {
    const { minor, problem } = readAmount(texts[name], { currency, most: MOST_ASKED_MINOR })
    if (problem !== null && problem !== 'none') problems[name] = 'money'
    return minor
  }
  const [least, most] = [amount('atLeast'), amount('atMost')]
  if (least !== null) filters.at_least_minor = String(least)
  if (most !== null) filters.at_most_minor = String(most)
  if (least !== null && most !== null && most < least) problems.atMost = 'order'
  if (texts.first) filters.from = texts.first
  if (texts.last) filters.to = dayAfter(texts.last)
  if (texts.first && texts.last && texts.last < texts.first) problems.last = 'order'
  return { filters, problems }
}
