/** Percentages that people type, with a comma or a point before the fraction; amounts are in `amounts`. */
import type { Language } from '@/lib/format'

const SHARE_DIGITS = 6
const PERCENT_DIGITS = 4
const DECIMAL = /^\d+(?:[.,]\d+)?$/

/** The number that was typed, never below zero; null for anything else. */
export function parseDecimal(text: string): number | null {
  const trimmed = text.trim()
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(',', '.')) : null
}

/** 0.05 as it is edited: "5", for per cent. */
export const shareText = (share: number, language: Language): string =>
  (share * 100).toLocaleString(language, { useGrouping: false, maximumFractionDigits: PERCENT_DIGITS })

/** The share that a percentage means, exact to the millionth by which decisions compare; null where it is none from 0 to `most`. */
export function shareOf(text: string, most = 1): number | null {
  const percent = parseDecimal(text)
  if (percent === null) return null
  const share = Number((percent / 100).toFixed(SHARE_DIGITS))
  return share <= most ? share : null
}
