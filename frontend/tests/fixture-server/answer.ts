export interface Answer {
  status: number
  body?: unknown
  /** In place of a body that is JSON. */
  text?: string
  headers?: Record<string, string>
}

export function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { type: `/problems/${code}`, title: code, status, detail, code, remedy: '', instance: '' } }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })

/** So many rows as are asked for, from where the page before ended. */
export function paged<T>(rows: readonly T[], search: URLSearchParams): Answer {
  const [limit, start] = [Number(search.get('limit') ?? 50), Number(search.get('cursor') ?? 0)]
  const past = start + limit
  return ok({ items: rows.slice(start, past), next_cursor: past < rows.length ? String(past) : null })
}
