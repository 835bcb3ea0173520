import type { Problem } from '@/lib/api-types'

const TIMEOUT_MS = 15_000
export const CORRELATION_HEADER = 'X-Correlation-Id'

/** An answer that is not a success, in the API's own words, with the id that finds it in the logs. */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem
  readonly correlationId: string

  constructor(problem: Problem, correlationId: string) {
    super(problem.detail ?? problem.title)
    this.name = 'ApiError'
    this.status = problem.status
    this.problem = problem
    this.correlationId = correlationId
  }
}

let csrfToken = ''

/** The session's token lives in memory only: a page that was reloaded asks GET /v1/session for it again. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token
}

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  signal?: AbortSignal | undefined
  idempotencyKey?: string
  /** The version that was read, as the ETag of what is changed. */
  ifMatch?: string
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', body, signal, idempotencyKey, ifMatch } = options
  const correlationId = crypto.randomUUID()
  const headers = new Headers({ Accept: 'application/json', [CORRELATION_HEADER]: correlationId })
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  if (method !== 'GET') headers.set('X-CSRF-Token', csrfToken)
  if (idempotencyKey !== undefined) headers.set('Idempotency-Key', idempotencyKey)
  if (ifMatch !== undefined) headers.set('If-Match', ifMatch)

  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError({ type: 'about:blank', title: 'unreachable', status: 0 }, correlationId)
  }
  const seenId = response.headers.get(CORRELATION_HEADER) ?? correlationId
  if (!response.ok) throw await toApiError(response, seenId)
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
}

export async function toApiError(response: Response, correlationId: string): Promise<ApiError> {
  const fallback: Problem = { type: 'about:blank', title: response.statusText || 'error', status: response.status }
  if (!response.headers.get('Content-Type')?.includes('json')) return new ApiError(fallback, correlationId)
  try {
    const problem = { ...fallback, ...((await response.json()) as Partial<Problem>) }
    return new ApiError(problem, problem.correlation_id ?? correlationId)
  } catch {
    return new ApiError(fallback, correlationId)
  }
}

const NOT_BUILT = 'mart-not-built'

/** The answer, or null where what it is made of has not been built here yet. */
export async function ifBuilt<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (problem) {
    if (problem instanceof ApiError && problem.problem.code === NOT_BUILT) return null
    throw problem
  }
}

export function query(path: string, parameters: Record<string, string | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value) search.set(name, value)
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

/** The field that the API refused, by its own name wherever in the request it stands; null where it names none. */
export function refusedField(error: unknown): string | null {
  const field = error instanceof ApiError ? error.problem.facts?.['field'] : null
  return typeof field === 'string' ? (field.split('.').at(-1) ?? null) : null
}
