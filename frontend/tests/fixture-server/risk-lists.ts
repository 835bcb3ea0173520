/** Lists of the fixture bank. */
import { problem, type Answer } from './answer'

const HOUR_MS = 3_600_000
const ok = (body: unknown, status = 200): Answer => ({ status, body })

interface FixtureEntry {
  entry_id: number
  value: string
  reason: string
  expires_at: string | null
  added_by: string
  added_at: string
  removed_by: string | null
  removed_at: string | null
}

interface FixtureList {
  list_id: string
  kind: string
  field: string
  sentence: string
  made_by: string
  made_at: string
  entries: FixtureEntry[]
}

export class Lists {
  private readonly all: FixtureList[] = []
  private lastId = 0

  constructor(nowMs: number, by: string) {
    const at = (hours: number) => new Date(nowMs - hours * HOUR_MS).toISOString()
    this.all.push({ list_id: 'mules', kind: 'deny', field: 'payee_id', sentence: 'Accounts that pass money on', made_by: by, made_at: at(300), entries: [] }) // prettier-ignore
    this.add('mules', { value: 'p000042', reason: 'Seen in three cases of March' }, by, at(200))
    this.add('mules', { value: 'p000731', reason: 'Named in a report', expires_at: at(-2_000) }, by, at(100))
  }

  get names(): ReadonlySet<string> {
    return new Set(this.all.map(({ list_id }) => list_id))
  }

  answer(
    method: string,
    id: string | undefined,
    value: string | undefined,
    search: URLSearchParams,
    body: Record<string, unknown>,
    actor: string,
  ): Answer {
    const shown = this.all.map((list) => ({ ...list, entries: list.entries.filter((one) => !one.removed_at).length }))
    if (!id && method === 'GET') return ok({ items: shown })
    if (!id) {
      if (this.all.some(({ list_id }) => list_id === body['list_id'])) return problem(409, 'list-exists', 'it is there')
      const made = { made_by: actor, made_at: new Date().toISOString(), ...(body as { list_id: string; kind: string; field: string; sentence: string }), entries: [] } // prettier-ignore
      this.all.push(made)
      return ok({ ...made, entries: 0 }, 201)
    }
    const list = this.all.find(({ list_id }) => list_id === id)
    if (!list) return problem(404, 'not-found', `there is no list ${id}`)
    const isOn = (wanted: unknown) => list.entries.find((one) => one.value === wanted && !one.removed_at)
    if (method === 'GET') {
      const items = list.entries.filter((one) => search.get('removed') === 'true' || !one.removed_at)
      return ok({ items: [...items].reverse(), next_cursor: null })
    }
    if (method === 'POST') {
      if (isOn(body['value'])) return problem(409, 'already-listed', `${String(body['value'])} is on ${id}`)
      this.add(id, body as unknown as FixtureEntry, actor)
      return { status: 204 }
    }
    const entry = isOn(value)
    if (!entry) return problem(404, 'not-found', `${value} is not on ${id}`)
    entry.removed_by = actor
    entry.removed_at = new Date().toISOString()
    return { status: 204 }
  }

  private add(
    listId: string,
    entry: { value: string; reason: string; expires_at?: string | null },
    actor: string,
    at = new Date().toISOString(),
  ): void {
    this.all.find(({ list_id }) => list_id === listId)?.entries.push({
      entry_id: (this.lastId += 1), value: entry.value, reason: entry.reason, expires_at: entry.expires_at ?? null,
      added_by: actor, added_at: at, removed_by: null, removed_at: null,
    }) // prettier-ignore
  }
}
