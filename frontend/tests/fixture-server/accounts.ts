/** /v1/accounts, /v1/customers and /v1/goals over a few dozen accounts; one of them has a year of movements. */
import { ok, paged, problem, type Answer } from './answer'
import { padded } from './bank'
import type { Booked } from './chain'
import { KNOWN_CUSTOMER } from './decisions'
import { yearOf, type FixtureMovement } from './movements'
import { Dice } from './random'

const SEED = 2_718
const OTHERS = 140
const HOLD_MINOR = 12_500
const MAX_PRINTED_DAYS = 400
const DAY_MS = 86_400_000
export const ACCOUNT = '0193f2aa-aaaa-7aaa-8aaa-000000000314'
const SAVINGS = '0193f2aa-aaaa-7aaa-8aaa-000000000315'
const DOLLARS = '0193f2aa-aaaa-7aaa-8aaa-000000000316'
const money = (minor: number, currency = 'BRL') => ({ amount_minor: minor, currency })
const NAMES = ['Ana Souza', 'Rui Prado', 'Marina Lopes', 'Caio Ferraz', 'Helena Brito', 'Davi Moura'] as const
const MARKS: Record<string, string> = { csv: 'text/csv', ofx: 'application/x-ofx', camt053: 'application/xml', pdf: 'application/pdf', ndjson: 'application/x-ndjson' } // prettier-ignore

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

type Passes = (row: FixtureMovement, asked: string) => boolean
const size = ({ amount }: FixtureMovement) => Math.abs(amount.amount_minor)
const PASSES: Record<string, Passes> = {
  q: ({ description, note, counterparty }, asked) => {
    const words = folded([description, note, counterparty.name].join(' ')).split(/\W+/)
    return folded(asked).split(/\W+/).filter(Boolean).every((word) => words.some((one) => one.startsWith(word))) // prettier-ignore
  },
  direction: (row, asked) => row.amount.amount_minor > 0 === (asked === 'in'),
  at_least_minor: (row, asked) => size(row) >= Number(asked),
  at_most_minor: (row, asked) => size(row) <= Number(asked),
  category: (row, asked) => row.category === asked,
  from: (row, asked) => Date.parse(row.booked_at) >= Date.parse(`${asked}T00:00`),
  to: (row, asked) => Date.parse(row.booked_at) < Date.parse(`${asked}T00:00`),
}

export class Accounts {
  readonly movements: FixtureMovement[]
  private readonly all: ReturnType<Accounts['account']>[]
  private readonly dice = new Dice(SEED)

  constructor(nowMs: number) {
    this.movements = yearOf(nowMs)
    const balance = this.movements[0]?.balance_after.amount_minor ?? 0
    this.all = [
      this.account(ACCOUNT, KNOWN_CUSTOMER, { nickname: 'Dia a dia', balance, held: HOLD_MINOR, aside: 340_000 }),
      this.account(SAVINGS, KNOWN_CUSTOMER, { product: 'savings', nickname: 'Reserva', balance: 1_920_400 }),
      this.account(DOLLARS, KNOWN_CUSTOMER, { product: 'payment', balance: 182_050, currency: 'USD' }),
      ...Array.from({ length: OTHERS }, (_, index) =>
        this.account(this.dice.uuid(), padded('c', 400 + index * 7), {
          product: this.dice.pick(['checking', 'checking', 'savings', 'payment']),
          ...this.standing(),
        }),
      ),
    ]
  }

  /** What a chain has sealed of it. */
  get booked(): Booked[] {
    return this.movements.map(({ transfer_id, amount, counterparty, booked_at }) => {
      const isOut = amount.amount_minor < 0
      const [debit, credit] = isOut ? [ACCOUNT, counterparty.account_id] : [counterparty.account_id, ACCOUNT]
      const amountMinor = Math.abs(amount.amount_minor)
      return { id: transfer_id, debit, credit, amountMinor, bookedMs: Date.parse(booked_at) }
    })
  }

  answer(method: string, url: URL, body: Record<string, string>, own: string | null): Answer {
    const [, , noun, id, what, which] = url.pathname.split('/')
    const search = url.searchParams
    if (noun === 'customers') return id ? this.customer(id, own) : this.customers(search)
    if (noun === 'goals') return ok({ items: search.get('account_id') === ACCOUNT ? GOALS : [], next_cursor: null })
    const rows = own === null ? this.all : this.all.filter(({ customer_id }) => customer_id === own)
    if (!id) return paged(rows.filter((row) => row.customer_id === (search.get('customer_id') ?? row.customer_id)), search) // prettier-ignore
    const account = rows.find(({ account_id }) => account_id === id)
    if (!account) return problem(404, 'not-found', `there is no account ${id}`)
    const movements = id === ACCOUNT ? this.movements : []
    if (!what) return ok(account)
    if (what === 'balance') return ok(balanceOf(account))
    if (what === 'holders') return ok({ items: id === ACCOUNT ? HOLDERS : HOLDERS.slice(0, 1), next_cursor: null })
    if (what === 'limits') return ok(id === ACCOUNT ? LIMITS : { ...LIMITS, limits: [] })
    if (what === 'spending')
      return ok({ items: spendingOf(movements), as_of: new Date().toISOString(), next_cursor: null })
    if (what === 'statement') return statementOf(search)
    if (method === 'PATCH') return marked(movements, which ?? '', body)
    const asked = Object.entries(PASSES).flatMap(([name, passes]) => {
      const value = search.get(name)
      return value === null ? [] : [(row: FixtureMovement) => passes(row, value)]
    })
    const found = paged(movements.filter((row) => asked.every((passes) => passes(row))), search) // prettier-ignore
    return ok({ ...(found.body as object), as_of: new Date().toISOString() })
  }

  /** Most accounts are in use; one that is closed or not used yet is empty. */
  private standing() {
    const status = this.dice.pick(['active', 'active', 'active', 'active', 'opened', 'dormant', 'blocked', 'closed'])
    const isEmpty = status === 'closed' || status === 'opened'
    return { status, balance: isEmpty ? 0 : Math.round(this.dice.logNormal(310_000, 1.2)) }
  }

  private customers(search: URLSearchParams): Answer {
    const ids = [...new Set(this.all.map(({ customer_id }) => customer_id))].sort()
    return paged(
      ids.map((id) => this.customer(id, null).body),
      search,
    )
  }

  private customer(id: string, own: string | null): Answer {
    if (own !== null && own !== id) return problem(404, 'not-found', `there is no customer ${id}`)
    if (!this.all.some(({ customer_id }) => customer_id === id)) return problem(404, 'not-found', 'no such customer')
    const full_name = id === KNOWN_CUSTOMER ? 'Maria Aparecida' : NAMES[Number(id.slice(1)) % NAMES.length]
    return ok({
      customer_id: id, kind: 'person', status: 'active', created_at: '2024-02-05T13:00:00Z', full_name, email: null, birth_year: 1987,
      state: 'BA', document: null, phone: null, address: null, restricted_at: null, version: 1,
    }) // prettier-ignore
  }

  private account(
    accountId: string,
    customer: string,
    known: {
      balance: number
      product?: string
      nickname?: string
      held?: number
      aside?: number
      currency?: string
      status?: string
    },
  ) {
    const {
      balance,
      product = 'checking',
      nickname = null,
      held = 0,
      aside = 0,
      currency = 'BRL',
      status = 'active',
    } = known
    return {
      account_id: accountId, customer_id: customer, product, currency, nickname, status,
      block: status === 'blocked' ? { cause: 'suspected-fraud', sides: 'debits' } : null, opened_at: '2024-02-05T13:00:00Z',
      balance: money(balance, currency), available: money(balance - held, currency), total: money(balance + aside, currency),
      overdraft_limit: money(product === 'checking' ? 50_000 : 0, currency), version: 3,
    } // prettier-ignore
  }
}

function balanceOf({ account_id, balance, available, currency }: ReturnType<Accounts['account']>) {
  const pending = balance.amount_minor - available.amount_minor
  return {
    account_id, at: new Date().toISOString(), balance, available, pending_debits: money(pending, currency),
    pending_credits: money(0, currency), version: 41,
  } // prettier-ignore
}

function spendingOf(movements: readonly FixtureMovement[]) {
  const sums = new Map<string, { spent: number; spentCount: number; received: number; receivedCount: number }>()
  for (const { booked_at, category, amount } of movements) {
    const key = `${booked_at.slice(0, 7)}-01 ${category}`
    const sum = sums.get(key) ?? { spent: 0, spentCount: 0, received: 0, receivedCount: 0 }
    if (amount.amount_minor < 0) Object.assign(sum, { spent: sum.spent - amount.amount_minor, spentCount: sum.spentCount + 1 })
    else Object.assign(sum, { received: sum.received + amount.amount_minor, receivedCount: sum.receivedCount + 1 })
    sums.set(key, sum)
  } // prettier-ignore
  return [...sums].sort().map(([key, sum]) => {
    const [month, category] = key.split(' ')
    return {
      month, category, spent: money(sum.spent), spent_count: sum.spentCount, received: money(sum.received),
      received_count: sum.receivedCount,
    } // prettier-ignore
  })
}

function statementOf(search: URLSearchParams): Answer {
  const [from = '', to = '', format = ''] = ['from', 'to', 'format'].map((name) => search.get(name) ?? '')
  if (format === 'pdf' && Date.parse(to) - Date.parse(from) > MAX_PRINTED_DAYS * DAY_MS)
    return problem(422, 'statement-too-long', 'the statement would have 512 pages')
  const name = `extrato-0193f2aa-${from}-${to}.${format === 'camt053' ? 'xml' : format}`
  return {
    status: 200,
    text: `statement of [${from}, ${to})`,
    headers: { 'Content-Type': MARKS[format] ?? '', 'Content-Disposition': `attachment; filename="${name}"` },
  }
}

function marked(movements: readonly FixtureMovement[], id: string, body: Record<string, string>): Answer {
  const row = movements.find(({ transfer_id }) => transfer_id === id)
  if (!row) return problem(404, 'not-found', 'no such movement')
  Object.assign(row, body)
  return ok({ account_id: ACCOUNT, transfer_id: id, category: row.category, note: row.note })
}

const GOALS = [
  { name: 'Lisboa', aside: 280_000, target: 600_000, date: '2027-07-01' },
  { name: 'Bicicleta', aside: 60_000, target: null, date: null },
].map(({ name, aside, target, date }, index) => ({
  goal_id: `0193f2aa-eeee-7eee-8eee-00000000000${index}`, account_id: ACCOUNT, name, status: 'open', balance: money(aside),
  target: target && money(target), target_date: date, reached: false, created_at: '2025-11-24T16:00:00Z', version: 1,
})) // prettier-ignore
const HOLDERS = [
  { customer_id: KNOWN_CUSTOMER, role: 'owner', opened_it: true, added_at: '2024-02-05T13:00:00Z' },
  { customer_id: padded('c', 577), role: 'viewer', opened_it: false, added_at: '2025-03-11T09:20:00Z' },
]
const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const LIMITS = {
  time_zone: 'America/Sao_Paulo', night_start: '20:00', night_end: '06:00',
  limits: [
    { channel: 'pix', scope: 'day', amount: money(500_000), used: money(86_240), free_at: soon(9), coming: null },
    {
      channel: 'pix', scope: 'night', amount: money(100_000), used: money(25_000), free_at: soon(4),
      coming: { amount: money(300_000), at: soon(40) },
    },
    { channel: 'any', scope: 'transfer', amount: money(1_000_000), used: null, free_at: null, coming: null },
  ],
} // prettier-ignore
