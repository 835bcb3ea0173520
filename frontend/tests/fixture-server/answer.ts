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
