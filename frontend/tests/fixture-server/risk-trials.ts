/** Trials of the fixture bank: each runs for a moment, then tells of a history that a seeded die made. */
import { problem, type Answer } from './answer'
import { Dice } from './random'
import type { FixturePolicy } from './risk'
import type { FixtureDocument } from './risk-rules'

const SEED = 77
const DAY_MS = 86_400_000
const DAYS = 28
const STEPS = 3
const ALL = 1_146_267
const CURVE_POINTS = 200
const CHANNELS = ['pix', 'card', 'boleto', 'ted', 'cash']

interface Trial {
  simulation_id: string
  policy_version: number
  model: string
  from_day: string
  to_day: string
  status: string
  asked_by: string
  asked_at: string
  done_records: number
  all_records: number | null
  result: unknown
  problem: string | null
  ended_at: string | null
}

function outcome(frauds: number, caught: number, stopped: number, costMinor: number) {
  const fraudsStopped = Math.round(frauds * caught)
  const denied = Math.round(stopped * 0.22)
  const challenged = Math.round(stopped * 0.1)
  return {
    allowed: ALL - stopped, reviewed: stopped - denied - challenged, challenged, denied, frauds_stopped: fraudsStopped,
    frauds_stopped_minor: fraudsStopped * 84_210, frauds_missed_minor: (frauds - fraudsStopped) * 61_730,
    false_alarms: stopped - fraudsStopped, honest_denied: Math.round(denied * 0.08), customers_stopped: Math.round(stopped * 0.7),
    cost_minor: costMinor,
  } // prettier-ignore
}

function slice(name: string, dice: Dice, share: number) {
  const frauds = Math.round(1_984 * share * dice.between(0.6, 1.4))
  return {
    name, decisions: Math.round(ALL * share), frauds, recorded_stopped: Math.round(6_830 * share),
    recorded_frauds_stopped: Math.round(frauds * 0.78), recorded_cost_minor: Math.round(41_200_000 * share * dice.between(0.8, 1.2)),
    proposed_stopped: Math.round(6_210 * share), proposed_frauds_stopped: Math.round(frauds * 0.86),
    proposed_cost_minor: Math.round(33_400_000 * share * dice.between(0.8, 1.2)),
  } // prettier-ignore
}

function report({ rules = [] }: FixtureDocument, toDay: string) {
  const dice = new Dice(SEED)
  const endMs = Date.parse(toDay)
  const curve = Array.from({ length: CURVE_POINTS + 1 }, (_, place) => {
    const share = (place / CURVE_POINTS) ** 2
    const stopped = Math.round(ALL * Math.exp(-place / 11) + 1_900 * (1 - share))
    const frauds = Math.round(1_984 * (1 - share ** 0.8))
    return {
      review_from: share,
      stopped,
      frauds_stopped: frauds,
      cost_minor: stopped * 1_700 + (1_984 - frauds) * 72_000,
    }
  })
  return {
    model: 'fraud-3', policy: 'policy', decisions: ALL, recorded_by: { scorer: ALL }, frauds: 1_984, frauds_minor: 161_204_000,
    recorded: outcome(1_984, 0.78, 6_830, 41_200_000), proposed: outcome(1_984, 0.86, 6_210, 33_400_000),
    moved: [
      [1_138_002, 902, 310, 223],
      [1_604, 3_011, 120, 412],
      [0, 40, 260, 96],
      [51, 210, 30, 996],
    ],
    days: Array.from({ length: DAYS }, (_, index) =>
      slice(new Date(endMs - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10), dice, 1 / DAYS),
    ),
    channels: CHANNELS.map((name, index) => slice(name, dice, [0.52, 0.33, 0.08, 0.04, 0.03][index] ?? 0)),
    rules: rules.map(({ code, shadow = false }) => {
      const hits = dice.below(900)
      const frauds = Math.round(hits * dice.between(0.1, 0.9))
      const alone = dice.below(Math.max(1, hits / 2))
      return { code, shadow, hits, frauds, alone, frauds_alone: Math.round(alone * 0.4), amount_minor: hits * 31_250 }
    }),
    curve, seconds: 41.2,
  } // prettier-ignore
}

export class Trials {
  private readonly all: Trial[] = []
  private readonly dice = new Dice(SEED)

  wasTried(version: number): boolean {
    return this.all.some(({ policy_version, status }) => policy_version === version && status === 'done')
  }

  /** One that is at its end. */
  finished(version: number, by: string, at: string, document: FixtureDocument): void {
    const toDay = at.slice(0, 10)
    const fromDay = new Date(Date.parse(toDay) - (DAYS - 1) * DAY_MS).toISOString().slice(0, 10)
    const trial = this.queue({ policy_version: version, model: 'current', from_day: fromDay, to_day: toDay }, by, at)
    Object.assign(trial, {
      status: 'done',
      done_records: ALL,
      all_records: ALL,
      result: report(document, toDay),
      ended_at: at,
    })
  }

  answer(
    method: string,
    id: string | undefined,
    what: string | undefined,
    search: URLSearchParams,
    body: Record<string, unknown>,
    actor: string,
    policies: readonly FixturePolicy[],
  ): Answer {
    if (!id && method === 'GET') {
      const version = search.get('policy_version')
      const items = this.all.filter((one) => !version || one.policy_version === Number(version))
      return { status: 200, body: { items: [...items].reverse(), next_cursor: null } }
    }
    if (!id) {
      const asked = body as unknown as Pick<Trial, 'policy_version' | 'model' | 'from_day' | 'to_day'>
      if (asked.to_day < asked.from_day) return problem(422, 'invalid-request', 'to_day: not before from_day')
      return { status: 202, body: this.queue(asked, actor, new Date().toISOString()) }
    }
    const trial = this.all.find(({ simulation_id }) => simulation_id === id)
    if (!trial) return problem(404, 'not-found', 'no such simulation')
    const goesOn = trial.status === 'queued' || trial.status === 'running'
    if (what === 'cancellation') {
      if (!goesOn) return problem(409, 'conflict', `the simulation is ${trial.status}`)
      Object.assign(trial, { status: 'cancelled', ended_at: new Date().toISOString() })
    } else if (goesOn) {
      const document = policies.find(({ version }) => version === trial.policy_version)?.document
      this.goOn(trial, document)
    }
    return { status: 200, body: trial }
  }

  /** A step further each time that somebody asks. */
  private goOn(trial: Trial, document: FixtureDocument | undefined): void {
    if (trial.status === 'queued') return void Object.assign(trial, { status: 'running', all_records: ALL })
    trial.done_records = Math.min(ALL, trial.done_records + Math.ceil(ALL / STEPS))
    if (trial.done_records < ALL || !document) return
    Object.assign(trial, { status: 'done', result: report(document, trial.to_day), ended_at: new Date().toISOString() })
  }

  private queue(asked: Pick<Trial, 'policy_version' | 'model' | 'from_day' | 'to_day'>, by: string, at: string): Trial {
    const trial: Trial = {
      simulation_id: this.dice.uuid(), ...asked, status: 'queued', asked_by: by, asked_at: at, done_records: 0, all_records: null,
      result: null, problem: null, ended_at: null,
    } // prettier-ignore
    this.all.push(trial)
    return trial
  }
}
