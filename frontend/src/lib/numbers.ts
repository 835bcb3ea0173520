/** Figures that people type: percentages and amounts, with a comma or a point before the fraction. */
import type { Language } from '@/lib/format'

const SHARE_DIGITS = 6
const PERCENT_DIGITS = 4
const MINOR_PER_MAJOR = 100
const DECIMAL = /^\d+(?:[.,]\d+)?$/

/** The number that was typed, never below zero; null for anything else. */
export function parseDecimal(text: string): number | null {
  const trimmed = text.trim()
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(',', '.')) : null
}

function plain(value: number, language: Language, least = 0): string {
  return value.toLocaleString(language, {
    useGrouping: false,
    minimumFractionDigits: least,
    maximumFractionDigits: PERCENT_DIGITS,
  })
}

/** 0.05 as it is edited: "5", for per cent. */
export const shareText = (share: number, language: Language): string => plain(share * 100, language)

/** Minor units as they are edited: 1500 is "15.00" or "15,00". */
export const moneyText = (minor: number, language: Language): string => plain(minor / MINOR_PER_MAJOR, language, 2)

/** The share that a percentage means, exact to the millionth by which decisions compare; null where it is none from 0 to `most`. */
export function shareOf(text: string, most = 1): number | null {
  const percent = parseDecimal(text)
  if (percent === null) return null
  const share = Number((percent / 100).toFixed(SHARE_DIGITS))
  return share <= most ? share : null
}

/** Minor units of an amount; null where it is none. */
export function minorOf(text: string): number | null {
  const amount = parseDecimal(text)
  return amount === null ? null : Math.round(amount * MINOR_PER_MAJOR)
}
