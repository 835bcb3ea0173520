/** The API's contract over the fixture bank. A development and test double of another process; never part of a build. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ACCOUNT, Accounts } from './accounts'
import { paged, problem, type Answer } from './answer'
import { Alerts, toDetailJson, toEvent, toJson } from './alerts'
import { Bank } from './bank'
import { Chain } from './chain'
import { Compliance, isOfCompliance } from './compliance'
import { Declared, isDeclared } from './declared'
import { detailOf, filtered, KNOWN_CUSTOMER, plantHabits, plantTakeover } from './decisions'
import { Feed } from './feed'
import { Money } from './money'
import { Risk } from './risk'

export const PASSWORD = 'fixture-password'
const SEED = 20_251_124
const HISTORY_MS = 180_000
const HISTORY_STEP_MS = 900
const RISK = '/v1/risk/'
const LEDGER = '/v1/ledger/'
const OF_BANK = /^\/v1\/(ledger|accounts|customers|goals|insights|budgets|forecasts)(\/|$)/
const OF_MONEY = /^\/v1\/(insights|budgets|forecasts)(\/|$)/
const CSRF = 'fixture-csrf-token'
const ROLES: Record<string, string[]> = {
  'admin@demo.example': ['admin'],
  'risk@demo.example': ['risk'],
  'compliance@demo.example': ['compliance'],
  'analyst@demo.example': ['analyst'],
  'operator@demo.example': ['operator'],
  'customer@demo.example': ['customer'],
}
const WATCHERS = /^(admin|risk|compliance|analyst)@/
const BANK_READERS = /^(admin|risk|compliance|operator|customer)@/

const SUMMARY = {
  transactions: 1_048_211, amount_minor: 41_233_002_100, allowed: 1_041_377, reviewed: 5_102, denied: 1_732, frauds: 1_984,
  fraud_amount_minor: 92_100_000, frauds_caught: 1_741, false_alarms: 2_204, first_day: '2025-08-27', last_day: '2025-11-24',
  caught_share: 0.877, false_alarm_share: 0.0021, channels: [], as_of: '2025-11-24T14:05:00Z',
} // prettier-ignore

export interface FixtureOptions {
  ratePerS: number
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>
}

export function createFixture({ ratePerS }: FixtureOptions) {
  const bank = new Bank(SEED)
  const alerts = new Alerts(bank, SEED + 1)
  const feed = new Feed(bank, alerts, ratePerS)
  const nowMs = Date.now()
  plantHabits(bank, nowMs)
  for (const decision of plantTakeover(bank, nowMs)) alerts.join(decision)
  for (let atMs = nowMs - HISTORY_MS; atMs < nowMs; atMs += HISTORY_STEP_MS) {
    const decision = bank.decide(atMs)
    if (decision.verdict !== 'allow' && atMs < nowMs - HISTORY_MS / 2) alerts.join(decision)
  }
  alerts.plantRing(nowMs)
  const risk = new Risk(nowMs)
  // Its work takes a while, and most tests never look at it.
  let chain: Chain | null = null
  let accounts: Accounts | null = null
  let money: Money | null = null
  const declared = new Declared(nowMs, KNOWN_CUSTOMER, ACCOUNT)
  const compliance = new Compliance(nowMs, 'user:compliance@demo.example')
  let failing: 'nothing' | 'answers' | 'everything' = 'nothing'

  const emailOf = (request: IncomingMessage) => /baas_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null
  const sessionOf = (email: string) => {
    const name = email.split('@')[0] ?? ''
    const user = {
      id: `user:${email}`,
      email,
      name: `Demo ${name}`,
      tenant_id: 'demo',
      roles: ROLES[email] ?? [],
      customer_id: name === 'customer' ? KNOWN_CUSTOMER : null,
    }
    return { user, csrf_token: CSRF }
  }

  async function signIn(request: IncomingMessage): Promise<Answer> {
    const { email = '', password } = await bodyOf(request)
    if (!(email in ROLES) || password !== PASSWORD)
      return problem(401, 'wrong-credentials', 'the e-mail or the password is wrong')
    return {
      status: 200,
      body: sessionOf(email),
      headers: { 'Set-Cookie': `baas_session=${email}; Path=/; HttpOnly; SameSite=Strict` },
    }
  }

  async function moveAlert(request: IncomingMessage, id: string, email: string): Promise<Answer> {
    const alert = alerts.all.find((one) => one.alert_id === id)
    if (!alert) return problem(404, 'not-found', 'no such alert')
    const { status = '' } = await bodyOf(request)
    if (!alerts.move(alert, status, email)) return problem(409, 'alert-move-not-allowed', 'the alert cannot move there')
    feed.tell('alert', toEvent(alert, 'moved'))
    return { status: 200, body: toJson(alert) }
  }

  function watched(url: URL): Answer {
    const [, , noun, id] = url.pathname.split('/')
    if (noun === 'analytics') return { status: 200, body: SUMMARY }
    if (noun === 'decisions' && !id) {
      return paged(filtered(bank.decisions, url.searchParams), url.searchParams)
    }
    if (noun === 'alerts' && !id) {
      const status = url.searchParams.get('status')
      return paged(alerts.all.filter((alert) => !status || alert.status === status).map(toJson), url.searchParams)
    }
    if (noun === 'decisions') {
      const found = bank.decisions.find((row) => row.transaction_id === id)
      return found
        ? { status: 200, body: detailOf(found, alerts.all, Date.now()) }
        : problem(404, 'not-found', 'no such decision')
    }
    const alert = alerts.all.find((one) => one.alert_id === id)
    return alert ? { status: 200, body: toDetailJson(alert) } : problem(404, 'not-found', 'no such alert')
  }

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    const route = `${request.method} ${url.pathname}`
    if (route === 'POST /v1/session') return signIn(request)
    const email = emailOf(request)
    if (!email) return problem(401, 'unauthenticated', 'there is no credential in the request')
    if (route === 'GET /v1/session') return { status: 200, body: sessionOf(email) }
    if (route === 'DELETE /v1/session')
      return { status: 204, headers: { 'Set-Cookie': 'baas_session=; Path=/; Max-Age=0' } }
    if (request.method !== 'GET' && request.headers['x-csrf-token'] !== CSRF)
      return problem(403, 'csrf-token-missing', 'the CSRF token is missing')
    const isOfBank = OF_BANK.test(url.pathname)
    if (!(isOfBank ? BANK_READERS : WATCHERS).test(email)) return problem(403, 'forbidden', 'needs another role')
    if (failing !== 'nothing') return problem(503, 'unavailable', 'the warehouse is away')
    if (isOfBank) return answerBank(request, url, email)
    const moved = /^POST \/v1\/alerts\/([^/]+)\/status$/.exec(route)
    if (moved?.[1]) return moveAlert(request, moved[1], email)
    if (url.pathname.startsWith(RISK)) return answerRisk(request, url, email)
    if (isOfCompliance(url.pathname)) return answerCompliance(request, url, email)
    return watched(url)
  }

  async function answerBank(request: IncomingMessage, url: URL, email: string): Promise<Answer> {
    accounts ??= new Accounts(Date.now())
    if (url.pathname.startsWith(LEDGER)) {
      chain ??= new Chain(Date.now(), accounts.booked)
      return chain.answer(url.pathname.slice(LEDGER.length), url.searchParams, Date.now())
    }
    const { method = 'GET' } = request
    const own = sessionOf(email).user.customer_id
    const isWritten = method === 'POST' || method === 'PUT' || method === 'PATCH'
    if (isDeclared(url.pathname))
      return declared.answer(method, url.pathname, isWritten ? await bodyOf(request) : {}, `user:${email}`)
    if (OF_MONEY.test(url.pathname)) {
      money ??= new Money(accounts.movements, Date.now())
      const body = isWritten ? await bodyOf(request) : {}
      const customerId = own ?? url.searchParams.get('customer_id') ?? body['customer_id'] ?? ''
      return money.answer(method, url, body, request.headers['if-match'] ?? '', customerId)
    }
    return accounts.answer(method, url, method === 'PATCH' ? await bodyOf(request) : {}, own)
  }

  async function answerRisk(request: IncomingMessage, url: URL, email: string): Promise<Answer> {
    const { method = 'GET' } = request
    const body = method === 'POST' ? await bodyOf(request) : {}
    return risk.answer(method, url.pathname.slice(RISK.length), url.searchParams, body, `user:${email}`)
  }

  async function answerCompliance(request: IncomingMessage, url: URL, email: string): Promise<Answer> {
    const { method = 'GET' } = request
    return compliance.answer(method, url, method === 'POST' ? await bodyOf(request) : {}, `user:${email}`)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fixture')
    const correlation = String(request.headers['x-correlation-id'] ?? crypto.randomUUID())
    if (url.pathname === '/v1/live' && emailOf(request) && failing !== 'everything') return feed.add(response)
    const { status, body, text, headers } = await answer(request, url)
    const type = status < 400 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, {
      'Content-Type': type,
      'X-Correlation-Id': correlation,
      'Cache-Control': 'no-store',
      ...headers,
    })
    if (text !== undefined) return void response.end(text)
    response.end(
      body === undefined ? undefined : JSON.stringify(status < 400 ? body : { ...body, correlation_id: correlation }),
    )
  }

  return {
    handle,
    start: () => feed.start(),
    stop: () => feed.stop(),
    /** Nothing is due, held or found under /compliance any more, and no customer told anything. */
    empty: () => {
      compliance.empty()
      declared.empty()
    },
    /** The feed is cut. Every other question is refused with 503, and with `everything` the feed as well. */
    fail: (what: 'answers' | 'everything') => {
      failing = what
      feed.cut()
    },
    heal: () => {
      failing = 'nothing'
    },
  }
}

export type Fixture = ReturnType<typeof createFixture>
