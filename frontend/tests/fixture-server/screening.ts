/** Watch-lists of the fixture bank, whom they met, and scenarios with a change that somebody proposes and has tried. */
import type { TrialReport } from '../../src/features/compliance/types'
import { problem, type Answer } from './answer'
import { idOf, like, type Schemas } from './examples'
import { UnnamedPayers } from './unnamed-payers'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const COLLEAGUE = 'user:0193f2aa-1111-7111-8111-111111111111'
const ok = (body: unknown, status = 200): Answer => ({ status, body })
const pageOf = (items: unknown[]): Answer => ok({ items, next_cursor: null })
const NIGHT = 'pix-at-night'
const VALUES = { amount_minor: 100_000, from_hour: 20, until_hour: 6 }

export class Screening {
  private readonly nowMs: number
  private readonly hits: Schemas['ScreeningHit'][]
  private readonly lists: Schemas['WatchList'][]
  private readonly changes: Schemas['ListChange'][]
  private readonly unnamed: UnnamedPayers
  private isEmpty = false

  constructor(nowMs: number) {
    this.nowMs = nowMs
    const open = { proposed_at: null, proposed_by: null, note: null, verdict: null, status: 'open' } as const
    this.hits = [
      like('ScreeningHit', { hit_id: idOf(11, 1), found_at: this.at(-HOUR_MS), proposed_by: COLLEAGUE }),
      like('ScreeningHit', { ...open, hit_id: idOf(11, 2), customer_id: 'c000731', score: 0.71, about: 'payee' }),
      like('ScreeningHit', { ...open, hit_id: idOf(11, 3), customer_id: 'c004410', score: 0.64 }),
      like('ScreeningHit', {
        ...open,
        hit_id: idOf(11, 4),
        customer_id: null,
        about: 'payer',
        payer_id: 'p-000051',
        score: 0.66,
      }),
    ]
    this.lists = [
      like('WatchList', { list_id: 'own-demo', own: true, entries: 42, licence: 'the bank’s own records' }),
      like('WatchList', { loaded_at: this.at(-5 * HOUR_MS) }),
    ]
    this.changes = [
      like('ListChange', { change_id: idOf(12, 1), list_id: 'own-demo', proposed_by: COLLEAGUE }),
      like('ListChange', {
        change_id: idOf(12, 2),
        list_id: 'own-demo',
        status: 'withdrawn',
        why: 'written down twice',
      }),
    ]
    this.unnamed = new UnnamedPayers(nowMs)
  }

  empty(): void {
    for (const all of [this.hits, this.lists, this.changes]) all.length = 0
    this.unnamed.empty()
    this.isEmpty = true
  }

  /** Null: the address is not of these. */
  answer(method: string, path: string, body: Record<string, unknown>, me: string): Answer | null {
    const [noun, kind = '', id, part, n] = path.split('/')
    if (noun === 'scenarios') return this.ofScenarios(kind, id, part)
    if (noun !== 'screening') return null
    if (kind === 'search') return method === 'POST' ? ok(like('ListMatches')) : null
    if (kind === 'hits' && id === undefined) return pageOf(this.hits)
    if (kind === 'hits') {
      const hit = this.hits.find(({ hit_id }) => hit_id === id)
      return hit ? ok(like('ScreeningHitDetail', hit)) : problem(404, 'not-found', 'no such hit')
    }
    if (kind === 'unnamed-payers') return this.unnamed.answer(method, id, part, body, me)
    if (kind === 'changes' && id === undefined) return pageOf(this.changes)
    if (kind === 'changes') {
      const change = this.changes.find(({ change_id }) => change_id === id)
      return change ? ok(like('ListChangeDetail', change)) : problem(404, 'not-found', 'no such change')
    }
    if (id === undefined) return ok({ items: this.lists })
    if (n !== undefined) return ok(like('VersionDifference', { list_id: id, version: Number(n) }))
    return pageOf(
      [3, 2, 1].map((version) => like('WatchListVersion', { version, loaded_at: this.at(-version * DAY_MS) })),
    )
  }

  private at = (fromNowMs: number): string => new Date(this.nowMs + fromNowMs).toISOString()

  private ofScenarios(code: string, id: string | undefined, part: string | undefined): Answer {
    if (code === '') return ok({ items: this.scenarios() })
    if (id !== 'versions') return problem(404, 'not-found', 'no such address')
    const versions = code === NIGHT && !this.isEmpty ? this.versions() : []
    if (part === undefined) return pageOf(versions)
    const version = versions.find(({ version_id }) => version_id === part)
    if (!version) return problem(404, 'not-found', 'no such version')
    const trial = { status: 'done', done_records: 3, ended_at: this.at(-HOUR_MS), result: this.trial() } as const
    return ok(
      like('ScenarioVersionDetail', {
        ...version,
        before: VALUES,
        trial: like('ScenarioTrial', trial as unknown as Partial<Schemas['ScenarioTrial']>),
      }),
    )
  }

  private scenarios(): Schemas['ScenarioShown'][] {
    const parameter = (
      name: string,
      unit: Schemas['ScenarioParameter']['unit'],
      value: number,
      meaning: string,
      most: number,
    ) => like('ScenarioParameter', { name, unit, value, default: value, meaning, least: 0, most })
    const night = [
      parameter('amount_minor', 'minor', 100_000, 'above which amount', 10_000_000_000),
      parameter('from_hour', 'hour', 20, 'from which hour', 23),
      parameter('until_hour', 'hour', 6, 'until which hour', 23),
    ]
    const report = {
      scenario: 'cash-report',
      severity: 'report',
      title: 'A large cash operation',
      template: 'A cash operation of {amount_minor} or more.',
      rule: 'A cash operation of R$ 50,000 or more.',
      parameters: [parameter('amount_minor', 'minor', 5_000_000, 'from which amount', 10_000_000_000)],
    } as const
    const fan = {
      scenario: 'fan-in',
      severity: 'high',
      title: 'Many payers, one account',
      template: 'Money from {payers} payers or more comes to an account within {window_ms}.',
      rule: 'Money from 5 payers or more comes to an account within 24 hours.',
      parameters: [
        parameter('payers', 'count', 5, 'how many payers', 1_000),
        parameter('window_ms', 'ms', DAY_MS, 'within how long', 30 * DAY_MS),
      ],
    } as const
    const [cash, fanIn] = [report, fan].map((said) => like('ScenarioShown', { ...said, waiting: 0 } as never))
    const waiting = { parameters: night, waiting: 1, since: '2026-01-05', next_from: null }
    return [cash, fanIn, like('ScenarioShown', waiting)].filter((one) => one !== undefined)
  }

  private versions(): Schemas['ScenarioVersionShown'][] {
    const said = { said_by: COLLEAGUE, said_at: this.at(-30 * DAY_MS), note: 'agreed by the committee' }
    return [
      like('ScenarioVersionShown', { version_id: idOf(13, 1), proposed_by: COLLEAGUE, segment: 'person' }),
      like('ScenarioVersionShown', {
        ...said,
        version_id: idOf(13, 2),
        status: 'approved',
        valid_from: '2026-01-05',
        values: VALUES,
      }),
    ]
  }

  private trial(): TrialReport {
    const side = (findings: number, caught: number) => ({
      values: VALUES,
      findings,
      known_findings: caught,
      caught,
      amount_minor: findings * 90_000,
    })
    const finding = (n: number, known: boolean) => ({
      finding_id: idOf(14, n),
      account_id: idOf(8, n),
      first_at: this.nowMs - n * DAY_MS,
      last_at: this.nowMs - n * DAY_MS + HOUR_MS,
      payments: n,
      amount_minor: n * 110_000,
      known,
    })
    return {
      from_ms: this.nowMs - 60 * DAY_MS,
      until_ms: this.nowMs,
      payments: 181_402,
      accounts: 9_210,
      known: 14,
      gap: null,
      before: side(212, 11),
      after: side(96, 10),
      stay_count: 96,
      come_count: 0,
      go_count: 116,
      come: [],
      go: [1, 2, 3, 4].map((n) => finding(n, n === 3)),
      days: Array.from({ length: 30 }, (_, n) => ({
        day: new Date(this.nowMs - (30 - n) * DAY_MS).toISOString().slice(0, 10),
        before: 4 + ((n * 7) % 6),
        after: 1 + ((n * 5) % 4),
      })),
    }
  }
}
