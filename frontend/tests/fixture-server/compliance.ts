/** What lies under /compliance of the fixture bank: its office, its cases, and its screening. */
import { problem, type Answer } from './answer'
import { idOf, like } from './examples'
import { Office } from './office'
import { Screening } from './screening'

const ADDRESSES = /^\/v1\/(cases|reports|freezes|blocks|med|recoveries|graph|scenarios|screening)(\/|$)/
const CASES = [
  ['proposed', 'structuring', 'critical'],
  ['analysis', 'mule_fan_in', 'high'],
  ['open', 'account_takeover', 'medium'],
] as const
const DAY_MS = 86_400_000

export const isOfCompliance = (pathname: string): boolean => ADDRESSES.test(pathname)

export class Compliance {
  private readonly nowMs: number
  private readonly office: Office
  private readonly screening: Screening
  private isEmpty = false

  constructor(nowMs: number, me: string) {
    this.nowMs = nowMs
    this.office = new Office(nowMs, me)
    this.screening = new Screening(nowMs)
  }

  /** From now on nothing is due, held, asked back or found. */
  empty(): void {
    this.isEmpty = true
    this.office.empty()
    this.screening.empty()
  }

  answer(method: string, url: URL, body: Record<string, unknown>, me: string): Answer {
    const path = url.pathname.replace('/v1/', '')
    return (
      this.office.answer(method, path, url.searchParams, body, me) ??
      this.screening.answer(method, path, body, me) ??
      this.ofCases(path) ??
      problem(404, 'not-found', 'no such address')
    )
  }

  private ofCases(path: string): Answer | null {
    const [noun, id, part] = path.split('/')
    if (noun === 'freezes' || part === 'trail') return this.pageOf([])
    const day = (days: number) => new Date(this.nowMs + days * DAY_MS).toISOString().slice(0, 10)
    if (noun === 'reports') return this.pageOf([like('Report', { report_id: idOf(6, 1), due_on: day(1) })])
    if (noun !== 'cases') return null
    if (id !== undefined) return { status: 200, body: like('CaseDetail', { case_id: id, due_on: day(12) }) }
    return this.pageOf(
      CASES.map(([state, scheme, severity], n) =>
        like('Case', {
          case_id: idOf(5, n + 1),
          state,
          scheme,
          severity,
          due_on: day(12 * n - 2),
          urgency: n === 0 ? 'late' : 'on_time',
          assignee: state === 'open' ? null : like('Case').assignee,
        }),
      ),
    )
  }

  private pageOf = (items: unknown[]): Answer => ({
    status: 200,
    body: { items: this.isEmpty ? [] : items, next_cursor: null },
  })
}
