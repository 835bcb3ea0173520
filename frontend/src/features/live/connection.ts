import type { AlertEvent, LiveDecision, LiveStats } from '@/lib/api-types'
import type { LiveEvent } from '@/features/live/reducer'

/** Stats come once a second, so this much silence means that the feed is gone even where the socket does not know it yet. */
export const SILENCE_MS = 5_000
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 15_000

export interface ConnectionHandlers {
  onEvent: (event: LiveEvent) => void
  onHeard: (atMs: number) => void
  /** Silence for `SILENCE_MS`. The server ends a long stream on purpose, so a socket that closes is not yet a loss. */
  onLost: () => void
  /** Heard again after a break, in which events may have been missed. */
  onResumed: () => void
}

export interface Connection {
  /** Tries now instead of waiting for the next retry. */
  retry: () => void
  close: () => void
}

interface ConnectionOptions {
  open?: () => EventSource
  now?: () => number
}

/** One EventSource on GET /v1/live with its own retries: a browser gives up for good after an HTTP error such as 503. */
export function connectLive(handlers: ConnectionHandlers, options: ConnectionOptions = {}): Connection {
  const { open = () => new EventSource('/v1/live'), now = Date.now } = options
  let source: EventSource | null = null
  let retryTimer: ReturnType<typeof setTimeout> | null = null
  let retryMs = FIRST_RETRY_MS
  let heardAtMs = now()
  let startedAtMs = heardAtMs
  let lost = false
  let gap = false

  const heard = () => {
    heardAtMs = now()
    retryMs = FIRST_RETRY_MS
    lost = false
    handlers.onHeard(heardAtMs)
    if (gap) handlers.onResumed()
    gap = false
  }
  const lose = () => {
    if (!lost) handlers.onLost()
    lost = true
  }
  const on = <T>(name: string, wrap: (value: T) => LiveEvent) => {
    source?.addEventListener(name, (message) => {
      heard()
      handlers.onEvent(wrap(JSON.parse((message as MessageEvent<string>).data) as T))
    })
  }
  const start = () => {
    if (retryTimer !== null) clearTimeout(retryTimer)
    retryTimer = null
    source?.close()
    startedAtMs = now()
    source = open()
    source.onopen = heard
    source.onerror = reopen
    on<LiveDecision>('decision', (decision) => ({ kind: 'decision', decision }))
    on<AlertEvent>('alert', (alert) => ({ kind: 'alert', alert }))
    on<LiveStats>('stats', (stats) => ({ kind: 'stats', stats, atMs: now() }))
  }
  const reopen = () => {
    source?.close()
    gap = true
    if (retryTimer !== null) return
    retryTimer = setTimeout(start, retryMs)
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
  }
  const watchdog = setInterval(() => {
    if (now() - heardAtMs < SILENCE_MS) return
    lose()
    if (now() - startedAtMs >= SILENCE_MS) reopen()
  }, 1_000)

  start()
  return {
    retry: () => {
      retryMs = FIRST_RETRY_MS
      start()
    },
    close: () => {
      clearInterval(watchdog)
      if (retryTimer !== null) clearTimeout(retryTimer)
      source?.close()
    },
  }
}
