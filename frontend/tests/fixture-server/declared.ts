/** What customers told the fixture bank: what they earn, from which devices they pay, what cash they will take out. */
import { ok, problem, type Answer } from './answer'
import { like, type Schemas } from './examples'

type Income = Schemas['DeclaredIncome']
type Device = Schemas['Device']
type Notice = Schemas['WithdrawalNotice']
type Body = Record<string, unknown>

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const BUSINESS_DAYS = 3
const LEAST_MINOR = 5_000_000
const MOST_MINOR = 100_000_000_000
const MOST_DEVICES = 6
const CLERK = 'user:0193f2aa-1111-7111-8111-111111111111'
const OF_CUSTOMER = /^\/v1\/customers\/([^/]+)\/(income|devices)(?:\/([^/]+))?/
const OF_ACCOUNT = /^\/v1\/accounts\/([^/]+)\/withdrawal-notices(?:\/([^/]+))?$/
const KEEPS_INCOME = /:(admin|operator|compliance)@/
const MOVES_MONEY = /:(admin|operator|customer)@/
const brl = (amount_minor: number): Schemas['Money'] => ({ amount_minor, currency: 'BRL' })
const FORBIDDEN = problem(403, 'forbidden', 'needs another role')

export const isDeclared = (path: string): boolean => OF_CUSTOMER.test(path) || OF_ACCOUNT.test(path)

/** A field that the API takes no such value for, as it names it. */
function refused(field: string, detail: string): Answer {
  const { status, body } = problem(422, 'invalid-request', `${field}: ${detail}`)
  return { status, body: { ...(body as object), facts: { field } } }
}

const dayOf = (ms: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Sao_Paulo', dateStyle: 'short' }).format(ms)
const plus = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T12:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** The nth weekday after a day; this bank rests on no holiday. */
function weekdayAfter(day: string, count: number): string {
  let at = day
  for (let found = 0; found < count;) {
    at = plus(at, 1)
    if (new Date(`${at}T12:00Z`).getUTCDay() % 6 !== 0) found += 1
  }
  return at
}

export class Declared {
  private incomes: Income[]
  private devices: Device[]
  private notices: Notice[]
  private readonly nowMs: number

  constructor(nowMs: number, customerId: string, accountId: string) {
    this.nowMs = nowMs
    this.incomes = this.told()
    this.devices = this.known(customerId)
    this.notices = this.announced(accountId)
  }

  empty(): void {
    for (const all of [this.incomes, this.devices, this.notices]) all.length = 0
  }

  /** Everybody has declared the same here, and what one account announced is every account's. */
  answer(method: string, path: string, body: Body, me: string): Answer {
    const ofAccount = OF_ACCOUNT.exec(path)
    if (ofAccount?.[1]) return this.notice(method, ofAccount[1], ofAccount[2], body, me)
    const [, customerId = '', what, deviceId] = OF_CUSTOMER.exec(path) ?? []
    if (what === 'income') return this.income(method, customerId, body, me)
    return this.device(method, customerId, deviceId ?? String(body['device_id']), path.endsWith('/confirmation'), me)
  }

  private at = (fromNowMs: number): string => new Date(this.nowMs + fromNowMs).toISOString()
  private today = (): string => dayOf(Date.now())

  private told(): Income[] {
    const said = (version: number, monthly: number, daysAgo: number, source: Income['source']): Income => ({
      version,
      monthly: brl(monthly),
      source,
      declared_on: dayOf(this.nowMs - (daysAgo + 4) * DAY_MS),
      valid_from: dayOf(this.nowMs - daysAgo * DAY_MS),
      kept_by: CLERK,
      kept_at: this.at(-daysAgo * DAY_MS),
    })
    return [said(3, 850_000, 41, 'payslip'), said(2, 690_000, 410, 'tax-return'), said(1, 655_000, 655, 'statement')]
  }

  private known(customer_id: string): Device[] {
    const device = (device_id: string, askedMs: number, said: Partial<Device>): Device => ({
      customer_id, device_id, number: 1, state: 'registered', asked_at: this.at(askedMs), confirm_until: null,
      confirmed_at: this.at(askedMs + 90_000), confirmed_by: CLERK, removed_at: null, ...said,
    }) // prettier-ignore
    const waits = (askedMs: number): Partial<Device> => ({
      state: 'asked',
      confirmed_at: null,
      confirmed_by: null,
      confirm_until: this.at(askedMs + 24 * HOUR_MS),
    })
    return [
      device('d00002515', -2 * HOUR_MS, waits(-2 * HOUR_MS)),
      device('d00002512', -31 * HOUR_MS, waits(-31 * HOUR_MS)),
      device('web-0193f2aa-5555-7555-8555-555555555555', -60 * DAY_MS, {}),
      device('d00002514', -210 * DAY_MS, {}),
      device('d00002513', -655 * DAY_MS, { state: 'removed', removed_at: this.at(-209 * DAY_MS) }),
    ]
  }

  private announced(account_id: string): Notice[] {
    const today = dayOf(this.nowMs)
    const notice = (day: string, minor: number, covers: number, in_time = true): Notice =>
      like('WithdrawalNotice', {
        account_id, day, amount: brl(minor), covers: brl(covers), in_time, given_by: CLERK, given_at: this.at(-DAY_MS), version: 2,
      }) // prettier-ignore
    return [
      notice(weekdayAfter(today, 12), 12_000_000, 12_000_000),
      notice(weekdayAfter(today, 5), 9_500_000, 6_000_000, false),
      notice(weekdayAfter(today, 4), 0, 0),
      notice(plus(today, -9), 5_400_000, 5_400_000),
    ]
  }

  private income(method: string, customer_id: string, body: Body, me: string): Answer {
    if (method === 'PUT') {
      if (!KEEPS_INCOME.test(me)) return FORBIDDEN
      const { monthly_minor, source, declared_on } = body as Schemas['NewIncome']
      if (monthly_minor > MOST_MINOR) return refused('body.monthly_minor', 'too much')
      if (declared_on > this.today()) return refused('declared_on', 'a day that has not come')
      const kept = { version: this.incomes.length + 1, kept_by: me, kept_at: new Date().toISOString() }
      this.incomes.unshift({ ...kept, monthly: brl(monthly_minor), source, declared_on, valid_from: this.today() })
    }
    return ok({ customer_id, holds: this.incomes[0] ?? null, before: this.incomes.slice(1) })
  }

  private device(method: string, customer_id: string, id: string, isConfirmed: boolean, me: string): Answer {
    if (method === 'GET') return ok({ devices: this.devices })
    if (!MOVES_MONEY.test(me)) return FORBIDDEN
    const now = new Date()
    const found = this.devices.find((one) => one.device_id === id && one.state !== 'removed')
    if (method === 'PUT') {
      if (found) return ok(found)
      if (this.devices.filter(({ state }) => state !== 'removed').length >= MOST_DEVICES)
        return problem(409, 'too-many-devices', 'as many as there may be')
      const until = new Date(now.getTime() + 24 * HOUR_MS).toISOString()
      const asked = { state: 'asked', asked_at: now.toISOString(), confirm_until: until } as const
      this.devices.unshift({ customer_id, device_id: id, number: 1, ...asked, confirmed_at: null, confirmed_by: null, removed_at: null }) // prettier-ignore
      return ok(this.devices[0])
    }
    if (!found) return problem(404, 'not-found', `no device ${id}`)
    if (method === 'DELETE')
      return ok(Object.assign(found, { state: 'removed', removed_at: now.toISOString(), confirm_until: null }))
    if (!isConfirmed) return problem(404, 'not-found', 'no such route')
    if (found.confirm_until !== null && Date.parse(found.confirm_until) < now.getTime())
      return problem(409, 'confirmation-too-late', 'it was asked for too long ago')
    const confirmed = { confirmed_at: now.toISOString(), confirmed_by: me, confirm_until: null }
    return ok(Object.assign(found, { state: 'registered', ...confirmed }))
  }

  private notice(method: string, account_id: string, day: string | undefined, body: Body, me: string): Answer {
    const today = this.today()
    const first_in_time = weekdayAfter(today, BUSINESS_DAYS)
    const rule = {
      least: brl(LEAST_MINOR),
      business_days: BUSINESS_DAYS,
      today,
      first_in_time,
      last_day: plus(today, 366),
    }
    if (day === undefined) return ok({ rule, notices: this.notices })
    if (!MOVES_MONEY.test(me)) return FORBIDDEN
    if (day < today || day > rule.last_day) return refused('day', 'from today up to 366 days ahead')
    const amount = brl(method === 'DELETE' ? 0 : Number(body['amount_minor']))
    const in_time = day >= first_in_time
    const said = { amount, in_time, given_at: new Date().toISOString(), given_by: me }
    const found = this.notices.find((one) => one.day === day)
    if (found) {
      const most = in_time ? amount.amount_minor : Math.min(found.covers.amount_minor, amount.amount_minor)
      return ok(Object.assign(found, said, { covers: brl(most), version: found.version + 1 }))
    }
    const made = { account_id, day, version: 1, covers: in_time ? amount : brl(0), ...said }
    this.notices = [made, ...this.notices].sort((one, other) => other.day.localeCompare(one.day))
    return ok(made)
  }
}
