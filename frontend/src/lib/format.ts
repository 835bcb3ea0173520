/** Words and figures for people, by language. Amounts stay integers of minor units until the last step. */

import { minorPerUnit, writtenAs } from '@/lib/currency'

export type Language = 'pt-BR' | 'en'

const MICROSECONDS_PER_MS = 1_000
const LEAST_PROBABILITY = 0.001
const FEW_PROBABILITY = 0.1
/** As wide as a plus, so that a column of amounts stands straight; Intl writes a hyphen. */
export const MINUS = '\u2212'

function cached<K extends string, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    const held = made.get(key) ?? make(key)
    made.set(key, held)
    return held
  }
}

export interface Formats {
  money: (amountMinor: number, currency: string) => string
  moneyShort: (amountMinor: number, currency: string) => string
  count: (value: number) => string
  decimal: (value: number, digits?: number) => string
  percent: (ratio: number, digits?: number) => string
  /** A probability as exact as it is worth reading: what is small is never told as nothing. */
  probability: (ratio: number) => string
  /** A duration in the unit that keeps it short: µs, ms or s. */
  duration: (durationUs: number) => string
  /** The same for an axis: no more digits than the scale needs. */
  durationTick: (durationUs: number) => string
  /** The name of a country by its two letters. */
  country: (code: string) => string
  clock: (ms: number) => string
  hourMinute: (ms: number) => string
  preciseClock: (ms: number) => string
  /** "Nov 24": enough for what is not long ago. */
  day: (ms: number) => string
  /** With the year, where a moment stands alone. */
  date: (ms: number) => string
  /** "12 s ago" for an age that is never negative. */
  ago: (ageMs: number) => string
}

export function formatsOf(language: Language): Formats {
  const currencyFormat = cached((code) => new Intl.NumberFormat(language, writtenAs(code)))
  const shortFormat = cached(
    (code) =>
      new Intl.NumberFormat(language, {
        style: 'currency',
        currency: code,
        notation: 'compact',
        maximumFractionDigits: 1,
      }),
  )
  const decimals = cached(
    (digits: `${number}`) =>
      new Intl.NumberFormat(language, { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) }),
  )
  const percents = cached(
    (digits: `${number}`) =>
      new Intl.NumberFormat(language, {
        style: 'percent',
        minimumFractionDigits: Number(digits),
        maximumFractionDigits: Number(digits),
      }),
  )
  const counts = new Intl.NumberFormat(language)
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  const hourMinute = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false })
  const precise = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  })
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const countries = new Intl.DisplayNames(language, { type: 'region' })
  const relative = new Intl.RelativeTimeFormat(language, { style: 'narrow', numeric: 'always' })
  const perUnit = cached(minorPerUnit)
  const major = (amountMinor: number, code: string) => amountMinor / perUnit(code)
  const percent = (ratio: number, digits = 1) => percents(`${digits}`).format(ratio)
  const decimal = (value: number, digits = 1) => decimals(`${digits}`).format(value)

  return {
    money: (amountMinor, code) => currencyFormat(code).format(major(amountMinor, code)).replace('-', MINUS),
    moneyShort: (amountMinor, code) => shortFormat(code).format(major(amountMinor, code)).replace('-', MINUS),
    count: (value) => counts.format(value),
    decimal,
    percent,
    probability: (ratio) =>
      ratio > 0 && ratio < LEAST_PROBABILITY
        ? `< ${percent(LEAST_PROBABILITY)}`
        : percent(ratio, ratio < FEW_PROBABILITY ? 1 : 0),
    duration: (durationUs) => {
      if (durationUs < MICROSECONDS_PER_MS) return `${decimal(durationUs, 0)} µs`
      const durationMs = durationUs / MICROSECONDS_PER_MS
      if (durationMs < 1_000) return `${decimal(durationMs, durationMs < 10 ? 2 : durationMs < 100 ? 1 : 0)} ms`
      return `${decimal(durationMs / 1_000, 2)} s`
    },
    durationTick: (durationUs) =>
      durationUs === 0
        ? '0'
        : durationUs < MICROSECONDS_PER_MS
          ? `${counts.format(durationUs)} µs`
          : `${counts.format(durationUs / MICROSECONDS_PER_MS)} ms`,
    country: (code) => countries.of(code) ?? code,
    clock: (ms) => clock.format(ms),
    hourMinute: (ms) => hourMinute.format(ms),
    preciseClock: (ms) => precise.format(ms),
    day: (ms) => day.format(ms),
    date: (ms) => date.format(ms),
    ago: (ageMs) => relative.format(...relativeParts(Math.max(0, ageMs))),
  }
}

function relativeParts(ageMs: number): [number, Intl.RelativeTimeFormatUnit] {
  const seconds = Math.round(ageMs / 1_000)
  if (seconds < 60) return [-seconds, 'second']
  if (seconds < 3_600) return [-Math.round(seconds / 60), 'minute']
  if (seconds < 86_400) return [-Math.round(seconds / 3_600), 'hour']
  return [-Math.round(seconds / 86_400), 'day']
}

/** Short enough for a row, long enough to tell two apart; the whole id is in the detail and the clipboard. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** For a row, where a whole column of ids stands: the end of a UUIDv7 tells more apart than its beginning, which is the time. */
export function tinyId(id: string): string {
  return id.length <= 10 ? id : `…${id.slice(-6)}`
}
