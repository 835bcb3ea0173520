import { spanInWords } from '@/lib/span'
import type { I18n } from '@/lib/i18n'

const MONEY = /_(sum|paid|received|mean|std|min|max|median|mad)_\d+[mhd]$/
const AMOUNT_LOG = 'amount_log'
const SECONDS = /_(idle|age)_s(_|$)/
const RATIO = /_to_(mean|max|min|median|received)(_|$)/
const DEVIATIONS = /_(z_score|robust_z)(_|$)/
const YES_OR_NO = /(^|_)is_|^drains_/
const MS_PER_S = 1_000

/** A feature's value in its unit, which its name tells: the catalogue writes units and aggregations last. */
export function featureValue(feature: string, value: number, currency: string, i18n: I18n): string {
  const { t, money, decimal, count } = i18n
  if (SECONDS.test(feature)) return spanInWords(value * MS_PER_S, t)
  if (feature === AMOUNT_LOG) return money(Math.round(Math.exp(value)), currency)
  if (RATIO.test(feature)) return t('value.times', { value: decimal(value) })
  if (MONEY.test(feature)) return money(Math.round(value), currency)
  if (DEVIATIONS.test(feature)) return t('value.deviations', { value: decimal(value) })
  if (YES_OR_NO.test(feature)) return t(value >= 0.5 ? 'value.yes' : 'value.no')
  return Number.isInteger(value) ? count(value) : decimal(value)
}
