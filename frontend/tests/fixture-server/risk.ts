/** /v1/risk over the fixture bank: versions, lists and trials in memory, with the checks and moves that the contract has. */
import { problem, type Answer } from './answer'
import { Lists } from './risk-lists'
import { Models } from './risk-models'
import { checked, NAMES, RULES, type FixtureDocument } from './risk-rules'
import { Trials } from './risk-trials'

export interface FixturePolicy {
  version: number
  name: string
  status: string
  document: FixtureDocument
  note: string
  based_on: number | null
  author: string
  written_at: string
  judged_by: string | null
  judged_at: string | null
  activated_by: string | null
  activated_at: string | null
  retired_at: string | null
  moves: { action: string; actor: string; note: string | null; moved_at: string }[]
}

const HOUR_MS = 3_600_000
const COLLEAGUE = 'user:0198c0de-4444-7000-8000-00000000000a'
const DOCUMENT: FixtureDocument = { review_from: 0.05, step_up_from: 0.3, deny_from: 0.6, rules: RULES }

type Body = Record<string, unknown>
const ok = (body: unknown, status = 200): Answer => ({ status, body })

export class Risk {
  readonly policies: FixturePolicy[] = []
  readonly trials = new Trials()
  private readonly lists: Lists
  private readonly models: Models

  constructor(nowMs: number) {
    const at = (hours: number) => new Date(nowMs - hours * HOUR_MS).toISOString()
    const first = this.write(
      { document: DOCUMENT, note: 'The built-in rules, with a challenge in between' },
      COLLEAGUE,
      at(420),
    )
    this.move(first, 'approve', 'user:risk@demo.example', 'as discussed', at(410))
    this.move(first, 'activate', COLLEAGUE, 'after the trial of this morning', at(400))
    const segments = [
      { code: 'night_pix', when: 'channel == "pix" && is_night >= 1', review_from: 0.03, deny_from: 0.4 },
    ]
    const second = this.write(
      { document: { ...DOCUMENT, segments }, note: 'Stricter for a Pix at night', based_on: 1 },
      'user:risk@demo.example',
      at(70),
    )
    this.move(second, 'approve', COLLEAGUE, 'the trial convinces', at(66))
    this.trials.finished(2, COLLEAGUE, at(60), second.document)
    this.move(second, 'activate', COLLEAGUE, 'fewer takeovers at night', at(50))
    const mine = { ...DOCUMENT, review_from: 0.08 }
    this.write(
      { document: mine, note: 'Fewer reviews for small card payments', based_on: 2 },
      'user:risk@demo.example',
      at(5),
    )
    this.write(
      {
        document: { ...mine, rules: RULES.slice(0, 5) },
        note: 'Without the rules that hit nothing alone',
        based_on: 2,
      },
      COLLEAGUE,
      at(2),
    )
    this.lists = new Lists(nowMs, COLLEAGUE)
    this.models = new Models(nowMs, COLLEAGUE)
  }

  answer(method: string, path: string, search: URLSearchParams, body: Body, actor: string): Answer {
    const [noun = '', id, what, last] = path.split('/')
    const isWriter = /risk|admin/.test(actor)
    if (method !== 'GET' && !isWriter && noun !== 'lists' && id !== 'check')
      return problem(403, 'forbidden', 'needs one of admin, risk')
    if (noun === 'vocabulary')
      return ok({ names: NAMES, functions: ['abs', 'double', 'has', 'max', 'min'], built_in: RULES })
    if (noun === 'models') return this.models.ofModels(id)
    if (noun === 'moves') return this.models.ofMoves(method, id, search, body, actor)
    if (noun === 'policies') return this.ofPolicies(method, id, what, body, actor)
    if (noun === 'simulations') return this.trials.answer(method, id, what, search, body, actor, this.policies)
    return this.lists.answer(method, id, last && decodeURIComponent(last), search, body, actor)
  }

  private ofPolicies(
    method: string,
    id: string | undefined,
    what: string | undefined,
    body: Body,
    actor: string,
  ): Answer {
    if (id === 'check') return ok({ findings: this.check(body['document'] as FixtureDocument) })
    if (id === 'active') {
      const policy = this.policies.find(({ status }) => status === 'active') ?? null
      return ok({ built_in: policy === null, policy })
    }
    if (!id && method === 'GET') return ok({ items: [...this.policies].reverse(), next_cursor: null })
    if (!id) {
      const [first] = this.check(body['document'] as FixtureDocument)
      if (first) return problem(422, 'unsound-policy', `${first.where}: ${first.message}`)
      return ok(this.write(body as unknown as FixturePolicy, actor), 201)
    }
    const policy = this.policies.find(({ version }) => version === Number(id))
    if (!policy) return problem(404, 'not-found', 'there is no such version')
    if (method === 'GET') return ok(policy)
    const note = (body['note'] as string | undefined) ?? null
    if (what === 'activation') {
      if (policy.status !== 'approved' && policy.status !== 'retired')
        return problem(409, 'policy-move-not-allowed', `version ${id} is ${policy.status}`)
      if (policy.status === 'approved' && !this.trials.wasTried(policy.version))
        return problem(409, 'policy-not-tried', `no simulation of version ${id} came to its end`)
      return ok(this.move(policy, 'activate', actor, note))
    }
    if (policy.status !== 'draft') return problem(409, 'policy-move-not-allowed', `version ${id} is ${policy.status}`)
    if (policy.author === actor) return problem(422, 'four-eyes', `version ${id} is ${actor}'s own`)
    return ok(this.move(policy, body['approve'] ? 'approve' : 'reject', actor, note))
  }

  private check(document: FixtureDocument) {
    return checked(document, this.lists.names)
  }

  private write(
    { document, note, based_on = null }: Pick<FixturePolicy, 'document' | 'note'> & { based_on?: number | null },
    author: string,
    at = new Date().toISOString(),
  ): FixturePolicy {
    const version = this.policies.length + 1
    const policy: FixturePolicy = {
      version, name: `policy-${version}`, status: 'draft', document, note, based_on, author, written_at: at, judged_by: null,
      judged_at: null, activated_by: null, activated_at: null, retired_at: null,
      moves: [{ action: 'write', actor: author, note, moved_at: at }],
    } // prettier-ignore
    this.policies.push(policy)
    return policy
  }

  private move(
    policy: FixturePolicy,
    action: string,
    actor: string,
    note: string | null,
    at = new Date().toISOString(),
  ) {
    if (action === 'activate') {
      for (const other of this.policies) {
        if (other.status !== 'active') continue
        Object.assign(other, { status: 'retired', retired_at: at })
        other.moves.push({ action: 'retire', actor, note: null, moved_at: at })
      }
      Object.assign(policy, { status: 'active', activated_by: actor, activated_at: at })
    } else {
      const status = action === 'approve' ? 'approved' : 'rejected'
      Object.assign(policy, { status, judged_by: actor, judged_at: at })
    }
    policy.moves.push({ action, actor, note, moved_at: at })
    return policy
  }
}
