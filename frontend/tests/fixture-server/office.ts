/** An office of the fixture bank: what is due, what waits where, and what is held. */
import { problem, type Answer } from './answer'
import { idOf, like, type Schemas } from './examples'
import { BLOCK_MS, blocksOf, DAY_MS, disputesOf, HOUR_MS, MINUTE_MS, recoveriesOf, COLLEAGUE } from './held'
import type { Block, Dispute, Recovery } from './held'
import { traceOf } from './trace'

type Clock = Schemas['Due']['clock']
type Urgency = Schemas['Urgency']

const CLOCKS: readonly Clock[] = [
  'selection',
  'analysis',
  'report',
  'nil',
  'med_analysis',
  'med_refund',
  'block',
  'recovery',
]
const URGENCIES = ['late', 'warning', 'on_time'] as const
const ok = (body: unknown, status = 200): Answer => ({ status, body })
const pageOf = (items: unknown[]): Answer => ok({ items, next_cursor: null })

/** What waits where: queue, state, how many, of these mine, and mine to judge. */
const QUEUES = [
  ['alerts', 'open', 1_284, 0, 0],
  ['alerts', 'in_review', 17, 2, 0],
  ['cases', 'open', 6, 0, 0],
  ['cases', 'analysis', 9, 3, 0],
  ['cases', 'proposed', 2, 0, 1],
  ['reports', 'draft', 1, 0, 0],
  ['blocks', 'held', 2, 0, 0],
  ['blocks', 'proposed', 2, 0, 1],
  ['disputes', 'open', 1, 0, 0],
  ['disputes', 'proposed', 1, 0, 1],
  ['recoveries', 'returning', 1, 0, 1],
  ['hits', 'open', 4, 0, 0],
] as const

export class Office {
  private readonly nowMs: number
  private readonly blocks: Block[]
  private readonly disputes: Dispute[]
  private readonly recoveries: Recovery[]
  private readonly items: Schemas['Due'][]
  private isEmpty = false

  constructor(nowMs: number, me: string) {
    this.nowMs = nowMs
    this.blocks = blocksOf(this.at, me)
    this.disputes = disputesOf(this.at, me)
    this.recoveries = recoveriesOf(this.at)
    this.items = this.itemsDue()
  }

  empty(): void {
    for (const all of [this.blocks, this.disputes, this.recoveries, this.items]) all.length = 0
    this.isEmpty = true
  }

  /** Null: the address is not of these. */
  answer(
    method: string,
    path: string,
    search: URLSearchParams,
    body: Record<string, unknown>,
    me: string,
  ): Answer | null {
    const [noun = '', id, part] = path.split('/')
    if (noun === 'cases' && id === 'due') return ok(this.due(search.get('clock')))
    if (noun === 'cases' && id === 'queues')
      return ok({
        items: this.isEmpty
          ? []
          : QUEUES.map(([queue, state, count, mine, to_judge]) => ({ queue, state, count, mine, to_judge })),
      })
    if (noun === 'graph') return part === undefined ? null : traceOf(this.at, part, Number(search.get('max_hops') ?? 6))
    if (noun === 'blocks') return this.ofBlocks(method, id, part, search, body, me)
    if (noun === 'med') return this.listed(this.disputes, ({ dispute_id }) => dispute_id, id, part, search)
    if (noun === 'recoveries') return this.listed(this.recoveries, ({ recovery_id }) => recovery_id, id, part, search)
    return null
  }

  private at = (fromNowMs: number): string => new Date(this.nowMs + fromNowMs).toISOString()

  private itemsDue(): Schemas['Due'][] {
    const day = (days: number) => this.at(days * DAY_MS).slice(0, 10)
    const due = (clock: Clock, what: string, id: string, days: number, urgency: Urgency, atMs: number | null = null) =>
      ({ clock, what, id, due_on: day(days), due_at: atMs === null ? null : this.at(atMs), urgency }) as Schemas['Due']
    return [
      due('analysis', 'case', idOf(5, 1), -2, 'late'),
      due('med_analysis', 'dispute', idOf(2, 1), 0, 'late', -5 * HOUR_MS),
      due('block', 'block', idOf(1, 1), 0, 'warning', 41 * MINUTE_MS + 9_000),
      due('recovery', 'recovery', idOf(3, 1), 0, 'warning', 5 * HOUR_MS),
      due('block', 'block', idOf(1, 2), 0, 'warning', 5 * HOUR_MS),
      due('report', 'report', idOf(6, 1), 1, 'warning'),
      due('selection', 'alert', idOf(7, 1), 3, 'warning'),
      due('analysis', 'case', idOf(5, 2), 12, 'on_time'),
      due('selection', 'alert', idOf(7, 2), 31, 'on_time'),
    ]
  }

  private due(clock: string | null): Schemas['DueList'] {
    const many = (urgency: Urgency, of: Clock | null = null) =>
      this.items.filter((one) => one.urgency === urgency && (of === null || one.clock === of)).length
    return {
      today: this.at(0).slice(0, 10),
      late: many('late'),
      warning: many('warning'),
      on_time: many('on_time'),
      clocks: CLOCKS.map((one) => {
        const first = this.items.find((item) => item.clock === one)
        const counts = Object.fromEntries(URGENCIES.map((urgency) => [urgency, many(urgency, one)]))
        const nextAt = first ? (first.due_at ?? `${first.due_on}T23:59:59-03:00`) : null
        return { clock: one, next_at: nextAt, ...(counts as Record<Urgency, number>) }
      }),
      items: this.items.filter((one) => clock === null || one.clock === clock),
    }
  }

  private ofBlocks(
    method: string,
    id: string | undefined,
    part: string | undefined,
    search: URLSearchParams,
    body: Record<string, unknown>,
    me: string,
  ): Answer {
    if (method === 'GET') return this.listed(this.blocks, ({ block_id }) => block_id, id, part, search)
    if (id === undefined) {
      const isKnown = this.blocks.some((one) => one.transfer_id === body['transfer_id'])
      if (isKnown) return problem(409, 'already-blocked', 'the payment is blocked')
      const made = like('PaymentBlock', {
        block_id: idOf(1, this.blocks.length + 1),
        transfer_id: String(body['transfer_id']),
        reason: String(body['reason']),
        placed_by: me,
        placed_at: this.at(0),
        expires_at: this.at(BLOCK_MS),
      })
      this.blocks.push(made)
      return ok(made, 201)
    }
    const block = this.blocks.find(({ block_id }) => block_id === id)
    if (!block) return problem(404, 'not-found', 'no such block')
    if (part === 'proposal')
      Object.assign(block, { state: 'proposed', proposal: body['outcome'], proposed_by: me, proposed_at: this.at(0) })
    else if (body['approve'] !== true)
      Object.assign(block, { state: 'held', proposal: null, proposed_by: null, proposed_at: null })
    else if (block.proposed_by === me) return problem(409, 'own-proposal', 'somebody else has to agree')
    else {
      const state = block.proposal === 'keep' ? 'kept' : 'released'
      Object.assign(block, { state, judged_by: me, judged_at: this.at(0), urgency: null })
    }
    return ok(block)
  }

  /** What waits or has ended, one of them, or its trail. */
  private listed<T extends { urgency: Urgency | null; state: string }>(
    all: readonly T[],
    nameOf: (one: T) => string,
    id: string | undefined,
    part: string | undefined,
    search: URLSearchParams,
  ): Answer {
    if (id === undefined) {
      const isEnded = search.get('show') === 'ended'
      const state = search.get('state')
      return pageOf(all.filter((one) => (one.urgency === null) === isEnded && (!state || one.state === state)))
    }
    const found = all.find((one) => nameOf(one) === id)
    if (!found) return problem(404, 'not-found', 'nothing of that name')
    if (part !== 'trail') return ok(found)
    return pageOf(
      ['open', 'acknowledge', 'propose'].map((act, n) =>
        like('TrailRow', { position: n + 1, act, actor: COLLEAGUE, at: this.at((n - 9) * HOUR_MS) }),
      ),
    )
  }
}
