/** What the fixture bank does with money of payers whom nobody names, and what two people say to changing it. */
import type { Answer } from './answer'
import { idOf, like, type Schemas } from './examples'

const WAITING = 3
const DAY_MS = 86_400_000
const COLLEAGUE = 'user:0193f2aa-1111-7111-8111-111111111111'
type Change = Schemas['UnnamedChange']

export class UnnamedPayers {
  private choice: Change['choice'] = 'credit'
  private readonly changes: Change[]

  constructor(nowMs: number) {
    this.changes = [this.proposed({ proposed_by: COLLEAGUE, proposed_at: new Date(nowMs - DAY_MS).toISOString() }, 1)]
  }

  empty(): void {
    this.changes.length = 0
  }

  /** `id` and `part` are what follows the address: a change, and what is said to it. */
  answer(
    method: string,
    id: string | undefined,
    part: string | undefined,
    body: Record<string, unknown>,
    me: string,
  ): Answer {
    if (method === 'GET')
      return {
        status: 200,
        body: like('UnnamedChoice', {
          choice: this.choice,
          waiting: this.choice === 'hold' ? WAITING : 0,
          items: this.changes,
        }),
      }
    const now = new Date().toISOString()
    if (id === undefined) {
      const { choice, why } = body as Pick<Change, 'choice' | 'why'>
      const change = this.proposed({ choice, why, proposed_by: me, proposed_at: now }, this.changes.length + 1)
      this.changes.unshift(change)
      return { status: 201, body: change }
    }
    const change = this.changes.find(({ unnamed_change_id }) => unnamed_change_id === id)
    if (!change) return { status: 404, body: null }
    const said = body as { approve?: boolean; note?: string }
    Object.assign(change, { note: said.note ?? null })
    if (part === 'withdrawal') change.status = 'withdrawn'
    else Object.assign(change, { status: said.approve ? 'approved' : 'rejected', judged_by: me, judged_at: now })
    if (change.status === 'approved') this.choice = change.choice
    return { status: 200, body: change }
  }

  private proposed = (said: Partial<Change>, n: number): Change =>
    like('UnnamedChange', { unnamed_change_id: idOf(15, n), ...said })
}
