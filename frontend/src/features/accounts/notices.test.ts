import { expect, test } from 'vitest'
import { dayProblem, splitNotices, standingOf } from '@/features/accounts/notices'
import type { NoticeRule, WithdrawalNotice } from '@/features/accounts/types'
import { isDay } from '@/lib/days'

const RULE: NoticeRule = {
  least: { amount_minor: 5_000_000, currency: 'BRL' },
  business_days: 3,
  today: '2025-11-24',
  first_in_time: '2025-11-27',
  last_day: '2026-11-25',
}
const notice = (day: string, amount_minor: number, in_time = true): WithdrawalNotice => ({
  account_id: 'a',
  day,
  amount: { amount_minor, currency: 'BRL' },
  given_at: '2025-11-20T16:00:00Z',
  given_by: 'user:1',
  version: 1,
  in_time,
  covers: { amount_minor: in_time ? amount_minor : 0, currency: 'BRL' },
})

test('what is to come stands the next day first, and what has passed or was taken back by itself', () => {
  const notices = [notice('2025-12-09', 1), notice('2025-12-01', 0), notice('2025-11-24', 2), notice('2025-11-23', 3)]
  const { coming, past } = splitNotices({ rule: RULE, notices })
  expect(coming.map(({ day }) => day)).toEqual(['2025-11-24', '2025-12-09'])
  expect(past.map(({ day }) => day)).toEqual(['2025-12-01', '2025-11-23'])
})

test('a notice that was taken back is neither in time nor late', () => {
  expect(standingOf(notice('2025-12-01', 0))).toBe('takenBack')
  expect(standingOf(notice('2025-12-01', 1))).toBe('inTime')
  expect(standingOf(notice('2025-12-01', 1, false))).toBe('late')
})

test('notice is given for days from the bank’s today on, as far ahead as the bank takes them', () => {
  const problems = ['', '2025-02-30', '2025-11-23', '2026-11-26', RULE.today, RULE.last_day]
  expect(problems.map((day) => dayProblem(day, RULE, isDay))).toEqual([
    'none',
    'none',
    'outside',
    'outside',
    null,
    null,
  ])
})
