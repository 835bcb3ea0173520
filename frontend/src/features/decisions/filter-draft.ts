/** The filters as somebody types them, and what is wrong with that. */
import { isSound, type FilterName, type Filters } from '@/features/decisions/filters'
import { MOST_ASKED_MINOR, readAmount, typedAmount, type AmountProblem, type Typed } from '@/lib/amounts'
import { BANK_CURRENCY } from '@/lib/currency'
import type { Language } from '@/lib/format'

export type TextName = Exclude<FilterName, 'verdict' | 'at_least_minor'>
export type FilterTexts = Record<TextName, string> & { at_least_minor: Typed }
/** Amounts of decisions are the bank's own currency's. */
export const WANTED = { currency: BANK_CURRENCY, most: MOST_ASKED_MINOR }

const DIGITS = 2
const two = (value: number) => String(value).padStart(DIGITS, '0')

/** An instant as a field for a local time wants it, to the minute. */
export function localText(instant: string | undefined): string {
  if (instant === undefined) return ''
  const at = new Date(instant)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

const instantOf = (text: string): string | undefined => (text ? new Date(text).toISOString() : undefined)

export function textsOf(filters: Filters, language: Language): FilterTexts {
  const { at_least_minor: minor } = filters
  return {
    channel: filters.channel ?? '',
    customer_id: filters.customer_id ?? '',
    payee_id: filters.payee_id ?? '',
    rule: filters.rule ?? '',
    reason: filters.reason ?? '',
    model: filters.model ?? '',
    at_least_minor: typedAmount(minor === undefined ? null : Number(minor), BANK_CURRENCY, language),
    from_time: localText(filters.from_time),
    until_time: localText(filters.until_time),
  }
}

const IDS = ['customer_id', 'payee_id', 'rule', 'reason', 'model'] as const

export interface ReadFilters {
  filters: Filters
  problems: Partial<Record<TextName, 'id' | 'order'>> & { at_least_minor?: AmountProblem }
}

/** What the texts ask for, beside the verdict that is kept; what cannot be read is named instead. */
export function readTexts(texts: FilterTexts, verdict: string | undefined): ReadFilters {
  const problems: ReadFilters['problems'] = {}
  const filters: Filters = { ...(verdict && { verdict }), ...(texts.channel && { channel: texts.channel }) }
  for (const name of IDS) {
    const value = texts[name].trim()
    if (value === '') continue
    if (isSound(name, value)) filters[name] = value
    else problems[name] = 'id'
  }
  const { minor, problem } = readAmount(texts.at_least_minor, WANTED)
  if (minor !== null) filters.at_least_minor = String(minor)
  else if (problem !== 'none') problems.at_least_minor = problem
  const [from, until] = [instantOf(texts.from_time), instantOf(texts.until_time)]
  if (from !== undefined && until !== undefined && Date.parse(until) <= Date.parse(from)) problems.until_time = 'order'
  if (from !== undefined) filters.from_time = from
  if (until !== undefined) filters.until_time = until
  return { filters, problems }
}
