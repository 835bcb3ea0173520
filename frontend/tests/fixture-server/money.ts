/** /v1/insights, /v1/budgets and /v1/forecasts of one customer: what their movements say, and the budgets that they keep. */
import { problem, type Answer } from './answer'
import type { FixtureMovement } from './movements'
import { Dice } from './random'

const SEED = 1_618
const DAYS = 30
const DAY_MS = 86_400_000
const EVERYDAY_MINOR = -9_200
const RENT = {
  series_id: 'r1',
  direction: 'out',
  category: 'home',
  counterparty: 'João da Conceição',
  amount_minor: 218_000,
}
const WAGES = {
  series_id: 'r2',
  direction: 'in',
  category: 'salary',
  counterparty: 'p000000123',
  amount_minor: 642_000,
}
const STREAMING = {
  series_id: 'r3',
  direction: 'out',
  category: 'leisure',
  counterparty: 'm00071',
  amount_minor: 3_990,
}
const STEP = { target: 6, score_gain: 4.2, amount_minor: 410_000 }
const ok = (body: unknown): Answer => ({ status: 200, body })
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

interface Budget {
  budget_id: string
  category: string | null
  limit_minor: number
  version: number
}

const PARTS = [
  { part: 'liquidity', points: 71, measure: 3.6, unit: 'months', meaning: 'what is at hand', marks: [[0, 0], [6, 100]], step: STEP },
  { part: 'spending', points: 88, measure: 87.1, unit: 'percent', meaning: 'spent of income', marks: [[130, 0], [80, 100]], step: null },
  { part: 'debt', points: 100, measure: 0, unit: 'percent', meaning: 'days below zero', marks: [[50, 0], [0, 100]], step: null },
  { part: 'income', points: 92, measure: 16.4, unit: 'percent', meaning: 'how months differ', marks: [[120, 0], [10, 100]], step: null },
  { part: 'savings', points: 38, measure: 3.8, unit: 'percent', meaning: 'set aside', marks: [[0, 0], [20, 100]], step: null },
] // prettier-ignore

export class Money {
  private readonly budgets: Budget[]
  private readonly dice = new Dice(SEED)

  private readonly movements: readonly FixtureMovement[]
  private readonly nowMs: number

  constructor(movements: readonly FixtureMovement[], nowMs: number) {
    this.movements = movements
    this.nowMs = nowMs
    this.budgets = [
      { budget_id: this.dice.uuid(), category: null, limit_minor: 620_000, version: 1 },
      { budget_id: this.dice.uuid(), category: 'restaurants', limit_minor: 60_000, version: 1 },
      { budget_id: this.dice.uuid(), category: 'groceries', limit_minor: 90_000, version: 2 },
    ]
  }

  answer(method: string, url: URL, body: Record<string, unknown>, ifMatch: string, customerId: string): Answer {
    const [, , noun, id] = url.pathname.split('/')
    if (noun === 'budgets') return this.keep(method, id, body, ifMatch)
    const currency = url.searchParams.get('currency') ?? 'BRL'
    const said = { customer_id: customerId, currency, as_of: new Date().toISOString(), today: dayOf(this.nowMs) }
    if (noun === 'forecasts') return problem(503, 'mart-not-built', 'no forecast was made yet')
    const isEmpty = currency !== 'BRL'
    if (id === 'health') return ok({ ...said, health: isEmpty ? null : { score: 78, band: 'coping', months: 12, moves_most: 'liquidity', parts: PARTS } }) // prettier-ignore
    if (id === 'budgets') return ok({ ...said, month: `${dayOf(this.nowMs).slice(0, 7)}-01`, days_left: 11, items: isEmpty ? [] : this.stand() }) // prettier-ignore
    if (id === 'unusual') return ok({ ...said, first_day: dayOf(this.nowMs - 30 * DAY_MS), items: isEmpty ? [] : this.unusual() }) // prettier-ignore
    if (id === 'recurring') return ok({ customer_id: customerId, as_of: dayOf(this.nowMs), items: isEmpty ? [] : this.recurring() }) // prettier-ignore
    return ok({ ...said, series_known_on: dayOf(this.nowMs), ...this.calendar(isEmpty) })
  }

  private keep(method: string, id: string | undefined, body: Record<string, unknown>, ifMatch: string): Answer {
    const limit_minor = Number(body['limit_minor'])
    if (method === 'POST') {
      const category = (body['category'] as string | null) ?? null
      if (this.budgets.some((one) => one.category === category)) return problem(409, 'budget-exists', 'there is one already') // prettier-ignore
      this.budgets.push({ budget_id: this.dice.uuid(), category, limit_minor, version: 1 })
      return { status: 201, body: this.budgets.at(-1) }
    }
    const budget = this.budgets.find(({ budget_id }) => budget_id === id)
    if (!budget) return problem(404, 'not-found', 'there is no such budget')
    if (ifMatch !== `"${budget.version}"`) return problem(412, 'version-changed', 'it has been changed meanwhile')
    if (method === 'DELETE') this.budgets.splice(this.budgets.indexOf(budget), 1)
    else Object.assign(budget, { limit_minor, version: budget.version + 1 })
    return ok(budget)
  }

  private stand() {
    const month = dayOf(this.nowMs).slice(0, 7)
    const spent = this.movements.filter(
      ({ booked_at, amount, category }) =>
        booked_at.startsWith(month) && amount.amount_minor < 0 && category !== 'own_accounts' && category !== 'savings',
    )
    return this.budgets.map((budget) => {
      const rows = spent.filter(({ category }) => budget.category === null || category === budget.category)
      const spent_minor = rows.reduce((sum, { amount }) => sum - amount.amount_minor, 0)
      const expected_minor = Math.round(spent_minor * 1.3) + 12_000
      const over = spent_minor > budget.limit_minor
      const standing = over ? 'over' : expected_minor > budget.limit_minor ? 'at-risk' : 'on-track'
      const end = { expected_minor, low_80_minor: Math.round(expected_minor * 0.9), high_80_minor: Math.round(expected_minor * 1.15), chance_over_pct: over ? 100 : 40 } // prettier-ignore
      return { ...budget, spent_minor, left_minor: budget.limit_minor - spent_minor, standing, end }
    })
  }

  private unusual() {
    const largest = [...this.movements.slice(0, 60)].sort((a, b) => a.amount.amount_minor - b.amount.amount_minor)[0]
    return [
      { kind: 'payment', day: dayOf(this.nowMs - 3 * DAY_MS), category: largest?.category ?? 'home', transfer_id: largest?.transfer_id ?? null, amount_minor: 94_000, usual_minor: 6_100, high_minor: 61_000, score: 3.1 },
      { kind: 'month', day: `${dayOf(this.nowMs).slice(0, 7)}-01`, category: 'health', transfer_id: null, amount_minor: 71_200, usual_minor: 18_900, high_minor: 40_000, score: 2.8 },
    ] // prettier-ignore
  }

  private recurring() {
    const of = (series: typeof RENT, ahead: number, more: object = {}) => ({
      ...series, account_id: '0193f2aa-aaaa-7aaa-8aaa-000000000314', currency: 'BRL', period: 'monthly',
      first_day: dayOf(this.nowMs - 360 * DAY_MS), last_day: dayOf(this.nowMs - (30 - ahead) * DAY_MS), payments: 12,
      next_day: dayOf(this.nowMs + ahead * DAY_MS), earliest_day: dayOf(this.nowMs + (ahead - 1) * DAY_MS),
      latest_day: dayOf(this.nowMs + (ahead + 2) * DAY_MS), low_minor: series.amount_minor, high_minor: series.amount_minor,
      subscription: false, ...more,
    }) // prettier-ignore
    return [
      of(STREAMING, 4, { subscription: true }),
      of(RENT, 9),
      of(WAGES, 12),
      of({ ...STREAMING, series_id: 'r4', category: 'health', counterparty: 'm00090', amount_minor: 12_900 }, -20, {
        period: 'weekly',
        next_day: null,
        earliest_day: null,
        latest_day: null,
      }),
    ]
  }

  private calendar(isEmpty: boolean) {
    if (isEmpty) return { available_minor: 182_050, below_zero_on: null, may_be_below_zero_on: null, days: [] }
    const start = this.movements[0]?.balance_after.amount_minor ?? 0
    let balance = start
    const days = Array.from({ length: DAYS }, (_, index) => {
      const ahead = index + 1
      const expected = [STREAMING, RENT, WAGES].filter((_series, which) => ahead === [4, 9, 12][which])
      balance += EVERYDAY_MINOR
      for (const one of expected) balance += one.direction === 'in' ? one.amount_minor : -one.amount_minor
      const wide = Math.round(14_000 * Math.sqrt(ahead))
      return {
        day: dayOf(this.nowMs + ahead * DAY_MS), business_day: true, everyday_minor: EVERYDAY_MINOR, balance_minor: balance,
        low_80_minor: balance - wide, high_80_minor: balance + wide,
        expected: expected.map((one) => ({ ...one, low_minor: one.amount_minor, high_minor: one.amount_minor })),
      } // prettier-ignore
    })
    return { available_minor: start, below_zero_on: null, may_be_below_zero_on: dayOf(this.nowMs + 11 * DAY_MS), days }
  }
}
