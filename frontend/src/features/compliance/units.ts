/** Values of parameters as people write and read them. The API's are whole numbers: centavos, milliseconds, parts per million. */
import type { Parameter } from '@/features/compliance/types'
import { readAmount, typedAmount, type Typed } from '@/lib/amounts'
import { BANK_CURRENCY, minorPerUnit } from '@/lib/currency'
import type { Formats, Language } from '@/lib/format'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const MAX_DECIMALS = 20

export type WrittenIn =
  | 'reais'
  | 'percent'
  | 'times'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'days'
  | 'business_days'
  | 'km_per_hour'
  | 'oclock'
  | 'count'

interface Writing {
  unit: WrittenIn
  /** How many of the API's make one of these. */
  size: number
}

type Measured = Pick<Parameter, 'unit'> & { value: number }

const FIXED: Partial<Record<Parameter['unit'], Writing>> = {
  minor: { unit: 'reais', size: minorPerUnit(BANK_CURRENCY) },
  ppm: { unit: 'percent', size: 10_000 },
  hundredths: { unit: 'times', size: 100 },
  days: { unit: 'days', size: 1 },
  business_days: { unit: 'business_days', size: 1 },
  km_per_hour: { unit: 'km_per_hour', size: 1 },
  hour: { unit: 'oclock', size: 1 },
  count: { unit: 'count', size: 1 },
}
const SPANS: readonly Writing[] = [
  { unit: 'day', size: DAY_MS },
  { unit: 'hour', size: HOUR_MS },
  { unit: 'minute', size: MINUTE_MS },
  { unit: 'second', size: SECOND_MS },
]

/** The unit in which a value is a whole number, the largest for a span of time: what a field is filled in by. */
export function writingOf({ unit, value }: Measured): Writing {
  const fixed = FIXED[unit]
  if (fixed) return fixed
  return SPANS.find(({ size }) => value >= size && value % size === 0) ?? { unit: 'second', size: SECOND_MS }
}

export const isMoney = ({ unit }: Pick<Parameter, 'unit'>): boolean => unit === 'minor'

/** What stands in a field. */
export function written(measured: Measured, language: Language): Typed {
  if (isMoney(measured)) return typedAmount(measured.value, BANK_CURRENCY, language)
  const amount = measured.value / writingOf(measured).size
  const text = amount.toLocaleString(language, { useGrouping: false, maximumFractionDigits: MAX_DECIMALS })
  return { text, language }
}

/** What a field says of a parameter, in the API's whole numbers; null for what is no number or not a whole one. */
export function read(typed: Typed, measured: Measured): number | null {
  if (isMoney(measured)) return readAmount(typed, { currency: BANK_CURRENCY }).minor
  const tidy = typed.text.trim().replace(',', '.')
  if (!/^\d+(\.\d+)?$/.test(tidy)) return null
  const { size } = writingOf(measured)
  const value = Math.round(Number(tidy) * size)
  return Math.abs(value / size - Number(tidy)) < 1e-9 && Number.isSafeInteger(value) ? value : null
}

type Said = (unit: WrittenIn, count: number) => string

/** Units that belong to the figure; of the others a rule's own words tell what is counted. */
const IN_A_RULE: ReadonlySet<WrittenIn> = new Set(['reais', 'percent', 'day', 'hour', 'minute', 'second', 'oclock'])

interface ShownOptions {
  formats: Pick<Formats, 'money' | 'decimal'>
  said: Said
  /** Within the words of a rule. */
  inRule?: boolean
}

/** As many as a value needs, at most two. */
const DIGITS = [0, 1, 2]

/** A value as people say it. */
export function shown(measured: Measured, { formats, said, inRule = false }: ShownOptions): string {
  const { value } = measured
  const { unit, size } = writingOf(measured)
  if (unit === 'reais') return formats.money(value, BANK_CURRENCY)
  const amount = value / size
  const figure = formats.decimal(amount, DIGITS.find((digits) => (value * 10 ** digits) % size === 0) ?? 2)
  if (unit === 'percent') return `${figure}%`
  return inRule && !IN_A_RULE.has(unit) ? figure : `${figure} ${said(unit, amount)}`.trim()
}

/** A rule with values in the place of names. */
export const filledIn = (template: string, valueOf: (name: string) => string): string =>
  template.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => valueOf(name))
