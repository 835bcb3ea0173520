/** Models of the fixture bank: a champion, a challenger that the gate lets pass, one that it does not, and moves that take a moment. */
import { problem, type Answer } from './answer'
import { gateOf } from './risk-gate'
import { modelCard } from './risk-card'
import { Dice } from './random'

const HOUR_MS = 3_600_000
const SEED = 91
const STEPS = 3
const RECORDS = 1_000_000
const ok = (body: unknown, status = 200): Answer => ({ status, body })

interface FixtureModel {
  version: number
  name: string
  run_id: string
  made_at: string
  known_until: string
  aliases: string[]
  metrics: Record<string, number>
  promoted_by: string | null
  promoted_at: string | null
  promoted_why: string | null
  seen_at: string
  card: string | null
}

interface FixtureMove {
  move_id: string
  kind: string
  version: number | null
  dry_run: boolean
  why: string
  status: string
  asked_by: string
  asked_at: string
  done_records: number
  all_records: number | null
  result: Record<string, unknown> | null
  problem: string | null
  ended_at: string | null
}

type Asked = Pick<FixtureMove, 'kind' | 'version' | 'dry_run' | 'why'>

/** One that the last weeks say nothing of. */
const TOO_OLD = 2
/** The versions that the gate lets pass. */
const BETTER = new Set([3, 5])

export class Models {
  private readonly all: FixtureModel[] = []
  private readonly moves: FixtureMove[] = []
  private readonly dice = new Dice(SEED)
  private before = 1

  constructor(nowMs: number, colleague: string) {
    const at = (hours: number) => new Date(nowMs - hours * HOUR_MS).toISOString()
    const precisions = [0.603, 0.641, 0.688, 0.683, 0.714]
    precisions.forEach((precision, index) => this.train(index + 1, precision, at(600 - index * 130)))
    this.crown(1, null, null, at(590))
    const done = (asked: Omit<Asked, 'dry_run'>, by: string, hours: number) =>
      this.finish(this.queue({ ...asked, dry_run: false }, by, at(hours)), at(hours))
    done({ kind: 'promote', version: 3, why: 'It finds the takeovers of the weeks before' }, colleague, 300)
    done({ kind: 'promote', version: 4, why: 'Newer by five days' }, colleague, 70)
    done({ kind: 'challenge', version: 5, why: 'Trained with the frauds of last week' }, 'user:risk@demo.example', 40)
  }

  ofModels(id: string | undefined): Answer {
    const shown = (model: FixtureModel) => ({ ...model, card: undefined })
    if (!id) return ok({ items: [...this.all].reverse().map(shown), next_cursor: null })
    const model = this.byVersion(Number(id))
    return model ? ok(model) : problem(404, 'not-found', `there is no version ${id}`)
  }

  ofMoves(
    method: string,
    id: string | undefined,
    search: URLSearchParams,
    body: Record<string, unknown>,
    actor: string,
  ): Answer {
    this.goOn(id)
    if (!id && method === 'GET') {
      const version = search.get('version')
      const items = this.moves.filter((move) => !version || move.version === Number(version))
      return ok({ items: [...items].reverse(), next_cursor: null })
    }
    if (!id) return this.ask(body as unknown as Asked, actor)
    const move = this.moves.find(({ move_id }) => move_id === id)
    return move ? ok(move) : problem(404, 'not-found', `there is no move ${id}`)
  }

  private ask(asked: Asked, actor: string): Answer {
    if (!asked.why) return problem(422, 'invalid-request', 'why: at least one character')
    const model = asked.version === null ? undefined : this.byVersion(asked.version)
    if (asked.version !== null && !model) return problem(404, 'not-found', `there is no version ${asked.version}`)
    if (model?.aliases.includes('champion')) return problem(409, 'conflict', `version ${asked.version} is the champion`)
    if (this.moves.some(({ status }) => status === 'queued' || status === 'running'))
      return problem(409, 'move-under-way', "one of this bank's moves is queued or running")
    return ok(this.queue(asked, actor, new Date().toISOString()), 202)
  }

  /** A step further each time that somebody asks, for the move that is asked for or for all of them. */
  private goOn(id: string | undefined): void {
    for (const move of this.moves) {
      if (id !== undefined && move.move_id !== id) continue
      if (move.status === 'queued') {
        move.status = 'running'
        if (move.kind === 'promote') move.all_records = RECORDS
      } else if (move.status === 'running') {
        move.done_records = Math.min(RECORDS, move.done_records + Math.ceil(RECORDS / STEPS))
        if (move.done_records === RECORDS || move.all_records === null) this.finish(move, new Date().toISOString())
      }
    }
  }

  private finish(move: FixtureMove, at: string): void {
    const { kind, version, why, asked_by: by } = move
    const ended = { status: 'done', ended_at: at, done_records: move.all_records ?? 0 }
    if (kind === 'promote' && version !== null && version === TOO_OLD) {
      Object.assign(move, ended, {
        status: 'failed',
        problem: 'The last weeks hold no decision that both models could be held to.',
      })
      return
    }
    if (kind === 'promote' && version !== null) {
      const result = gateOf(BETTER.has(version))
      Object.assign(move, ended, { done_records: RECORDS, all_records: RECORDS, result })
      if (result.problems.length === 0 && !move.dry_run) this.crown(version, by, why, at)
      return
    }
    if (kind === 'challenge' && version !== null) {
      for (const model of this.all) model.aliases = model.aliases.filter((alias) => alias !== 'challenger')
      this.byVersion(version)?.aliases.push('challenger')
      Object.assign(move, ended, { result: {} })
      return
    }
    const back = this.before
    this.crown(back, by, why, at)
    Object.assign(move, ended, { result: { version: back } })
  }

  private byVersion(version: number): FixtureModel | undefined {
    return this.all.find((model) => model.version === version)
  }

  private crown(version: number, by: string | null, why: string | null, at: string): void {
    for (const model of this.all) {
      if (model.aliases.includes('champion') && model.version !== version) this.before = model.version
      model.aliases = model.aliases.filter(
        (alias) => alias !== 'champion' && (alias !== 'challenger' || model.version !== version),
      )
    }
    const model = this.byVersion(version)
    model?.aliases.push('champion')
    if (model && by !== null) Object.assign(model, { promoted_by: by, promoted_why: why, promoted_at: at })
  }

  private train(version: number, precision: number, at: string): void {
    const hex = this.dice.uuid().replaceAll('-', '')
    this.all.push({
      version, name: 'fraud', run_id: hex, made_at: at, known_until: at.replace(/T.*/, 'T03:00:00Z'), aliases: [],
      metrics: {
        average_precision: precision, average_precision_low: precision - 0.031, average_precision_high: precision + 0.027,
        auc: 0.962 + precision / 40, auc_low: 0.956 + precision / 40, auc_high: 0.967 + precision / 40,
        recall_at_alert_share: precision + 0.14, expected_calibration_error: 0.00122 - precision / 900,
        brier: 0.00148 - precision / 1_500, frauds: 1_412, transactions: 412_006, review_from: 0.041, deny_from: 0.63,
      },
      promoted_by: null, promoted_at: null, promoted_why: null, seen_at: at, card: version < 2 ? null : modelCard(version, precision),
    }) // prettier-ignore
  }

  private queue(asked: Asked, by: string, at: string): FixtureMove {
    const move: FixtureMove = {
      move_id: this.dice.uuid(), kind: asked.kind, version: asked.version, dry_run: asked.dry_run, why: asked.why, status: 'queued',
      asked_by: by, asked_at: at, done_records: 0, all_records: null, result: null, problem: null, ended_at: null,
    } // prettier-ignore
    this.moves.push(move)
    return move
  }
}
