/** Amounts as people type them: digits in the reader's own writing, minor units without a binary fraction between. */
import { decimalsOf } from '@/lib/currency'
import type { Language } from '@/lib/format'

/** What stands in a field, and in which language it was written there: "1.500" is one thing in English and another in Portuguese. */
export interface Typed {
  text: string
  language: Language
}

export interface Wanted {
  currency: string
  /** The least and the most that will do, in minor units. */
  least?: number
  most?: number
}

/** The most that a filter asks for: what fifteen digits of an address can say. */
export const MOST_ASKED_MINOR = 999_999_999_999_999

export type AmountProblem = 'none' | 'unreadable' | 'negative' | 'currency' | 'decimals' | 'small' | 'large'
/** Minor units, or why there are none. */
export type ReadAmount = { minor: number; problem: null } | { minor: null; problem: AmountProblem }

const SPACES = /[\s\u00a0\u202f]+/g
const MINUS = /[-\u2212]|^\(.*\)$/
const AROUND = /[-\u2212()]/g
/** A sign or a code where no figure is. */
const NAMED = /\p{Sc}|^[A-Z]{3} ?[\d.,]|[\d.,] ?[A-Z]{3}$/u
const SAMPLE = 1_234_567.8

interface Marks {
  decimal: string
  group: string
}

const marksOf = (language: Language): Marks => {
  const parts = new Intl.NumberFormat(language, { useGrouping: true }).formatToParts(SAMPLE)
  const mark = (type: 'decimal' | 'group') => parts.find((part) => part.type === type)?.value ?? ''
  return { decimal: mark('decimal'), group: mark('group') }
}

/** How a currency is named beside a figure, the longest first: JP¥, JPY and ¥. */
function namesOf(currency: string, language: Language): string[] {
  const names = (['symbol', 'narrowSymbol', 'code'] as const).flatMap((currencyDisplay) =>
    new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay })
      .formatToParts(0)
      .flatMap(({ type, value }) => (type === 'currency' ? [value.toUpperCase()] : [])),
  )
  return names.sort((one, other) => other.length - one.length)
}

/** A figure without the name of its currency before or behind it. */
function withoutName(text: string, names: readonly string[]): string {
  const upper = text.toUpperCase()
  const before = names.find((name) => upper.startsWith(name))
  if (before !== undefined) return text.slice(before.length).trim()
  const behind = names.find((name) => upper.endsWith(name))
  return behind === undefined ? text : text.slice(0, -behind.length).trim()
}

const escaped = (mark: string): string => mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Digits before and after the decimal sign; null where they are no figure, or are grouped by anything but thousands. */
function digitsOf(figure: string, { decimal, group }: Marks): { whole: string; fraction: string } | null {
  const grouped = [escaped(group), ' '].map((mark) => `\\d{1,3}(?:${mark}\\d{3})+`)
  const found = new RegExp(`^(\\d+|${grouped.join('|')})?(?:${escaped(decimal)}(\\d+))?$`).exec(figure)
  const [, whole = '', fraction = ''] = found ?? []
  return whole === '' && fraction === '' ? null : { whole: whole.replaceAll(/\D/g, ''), fraction }
}

const refused = (problem: AmountProblem): ReadAmount => ({ minor: null, problem })

/** What an amount says, with the sign or the code of its currency beside it or without. */
export function readAmount(
  { text, language }: Typed,
  { currency, least = 0, most = Number.MAX_SAFE_INTEGER }: Wanted,
): ReadAmount {
  const tidy = text.replaceAll(SPACES, ' ').trim()
  if (tidy === '') return refused('none')
  const figure = withoutName(tidy.replaceAll(AROUND, '').trim(), namesOf(currency, language))
  const digits = digitsOf(figure, marksOf(language))
  if (digits === null) return refused(NAMED.test(figure) ? 'currency' : 'unreadable')
  if (MINUS.test(tidy)) return refused('negative')
  const decimals = decimalsOf(currency)
  if (digits.fraction.length > decimals) return refused('decimals')
  const minor = BigInt(digits.whole + digits.fraction.padEnd(decimals, '0'))
  if (minor > BigInt(most)) return refused('large')
  return minor < BigInt(least) ? refused('small') : { minor: Number(minor), problem: null }
}

/** Minor units as they are edited, with all the decimals of the currency: 1500 is "15.00", "15,00", "1500" or "1,500". */
export function amountText(minor: number, currency: string, language: Language): string {
  const decimals = decimalsOf(currency)
  const digits = String(minor).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  return decimals === 0 ? whole : whole + marksOf(language).decimal + digits.slice(-decimals)
}

/** What a field begins with: an amount, or nothing. */
export const typedAmount = (minor: number | null, currency: string, language: Language): Typed => ({
  text: minor === null ? '' : amountText(minor, currency, language),
  language,
})

/** The same in another language, for whoever changes it while a form is open. What was no amount stays as it was typed. */
export function toldIn(language: Language, typed: Typed, currency: string): Typed {
  if (typed.language === language) return typed
  const { minor } = readAmount(typed, { currency })
  return minor === null ? { text: typed.text, language } : typedAmount(minor, currency, language)
}
