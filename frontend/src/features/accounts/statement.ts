/** Which statement is asked for. */
import { dayAfter, dayPlus, monthOf } from '@/lib/days'
import { query } from '@/lib/http'

/** Whose days a statement's are where nobody says otherwise. */
export const BANK_ZONE = 'America/Sao_Paulo'

export const FORMATS = ['pdf', 'csv', 'ofx', 'camt053', 'ndjson'] as const
export type Format = (typeof FORMATS)[number]

export const PERIODS = ['month', 'lastMonth', 'quarter', 'custom'] as const
export type PeriodName = (typeof PERIODS)[number]

const QUARTER_DAYS = 90

/** Whole days; `to` is the day after the last. */
export interface Period {
  from: string
  to: string
}

/** A period by its name. Of one's own, `first` and `last` are its days; null where they are none in order. */
export function periodOf(name: PeriodName, today: string, first: string, last: string): Period | null {
  if (name === 'month') return { from: monthOf(today), to: dayAfter(today) }
  if (name === 'lastMonth') return { from: monthOf(today, -1), to: monthOf(today) }
  if (name === 'quarter') return { from: dayPlus(today, 1 - QUARTER_DAYS), to: dayAfter(today) }
  return first !== '' && last !== '' && first <= last ? { from: first, to: dayAfter(last) } : null
}

export const statementPath = (accountId: string, { from, to }: Period, format: Format): string =>
  query(`/v1/accounts/${encodeURIComponent(accountId)}/statement`, { from, to, format })
