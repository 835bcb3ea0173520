import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { NoticeRule, WithdrawalNotice, WithdrawalNotices } from '@/features/accounts/types'
import { request } from '@/lib/http'

const pathOf = (accountId: string, ...rest: readonly string[]) =>
  ['/v1/accounts', encodeURIComponent(accountId), 'withdrawal-notices', ...rest].join('/')

export const noticesQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'notices'],
    queryFn: ({ signal }) => request<WithdrawalNotices>(pathOf(accountId), { signal }),
  })

/** What is said of a day: how much will be taken out, or nothing after all. */
export type Said = { how: 'give'; day: string; amountMinor: number } | { how: 'takeBack'; day: string }

function send(accountId: string, said: Said): Promise<WithdrawalNotice> {
  const path = pathOf(accountId, said.day)
  if (said.how === 'takeBack') return request(path, { method: 'DELETE' })
  return request(path, { method: 'PUT', body: { amount_minor: said.amountMinor } })
}

/** Gives notice, changes it or takes it back; what stands then is asked for anew. */
export function useNotice(accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (said: Said) => send(accountId, said),
    onSettled: () => client.invalidateQueries({ queryKey: noticesQuery(accountId).queryKey }),
  })
}

export type Standing = 'inTime' | 'late' | 'takenBack'

/** What a notice is worth: whether it was said in time, or that nothing will be taken out after all. */
export function standingOf({ amount, in_time }: WithdrawalNotice): Standing {
  if (amount.amount_minor === 0) return 'takenBack'
  return in_time ? 'inTime' : 'late'
}

interface Split {
  /** Those of days to come, the next day first. */
  coming: WithdrawalNotice[]
  /** Those of days that have passed, and those that were taken back, the latest day first. */
  past: WithdrawalNotice[]
}

export function splitNotices({ rule, notices }: WithdrawalNotices): Split {
  const isComing = ({ day, amount }: WithdrawalNotice) => day >= rule.today && amount.amount_minor > 0
  return { coming: notices.filter(isComing).reverse(), past: notices.filter((one) => !isComing(one)) }
}

export type DayProblem = 'none' | 'outside'

/** What is wrong with a day for which notice is to be given; null where nothing is. */
export function dayProblem(
  day: string,
  { today, last_day }: NoticeRule,
  isDay: (text: string) => boolean,
): DayProblem | null {
  if (!isDay(day)) return 'none'
  return day < today || day > last_day ? 'outside' : null
}
