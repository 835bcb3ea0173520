import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectLive, SILENCE_MS } from '@/features/live/connection'

class FakeSource extends EventTarget {
  static opened: FakeSource[] = []
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  isClosed = false

  constructor() {
    super()
    FakeSource.opened.push(this)
  }

  close(): void {
    this.isClosed = true
  }

  say(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
  }
}

function connect() {
  const handlers = { onEvent: vi.fn(), onHeard: vi.fn(), onLost: vi.fn(), onResumed: vi.fn() }
  const connection = connectLive(handlers, { open: () => new FakeSource() as unknown as EventSource })
  return { handlers, connection, newest: () => FakeSource.opened.at(-1) as FakeSource }
}

describe('the live connection', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    FakeSource.opened = []
  })
  afterEach(() => vi.useRealTimers())

  test('passes on what the server says', () => {
    const { handlers, newest, connection } = connect()
    newest().say('decision', { transaction_id: 't1' })
    expect(handlers.onEvent).toHaveBeenCalledWith({ kind: 'decision', decision: { transaction_id: 't1' } })
    connection.close()
  })

  test('does not call a stream lost that the server ended and that came back', () => {
    const { handlers, newest, connection } = connect()
    newest().say('stats', {})
    newest().onerror?.()
    vi.advanceTimersByTime(1_000)
    newest().say('stats', {})
    vi.advanceTimersByTime(1_000)
    expect(FakeSource.opened).toHaveLength(2)
    expect(handlers.onLost).not.toHaveBeenCalled()
    expect(handlers.onResumed).toHaveBeenCalledTimes(1)
    connection.close()
  })

  test('says once that the feed is lost after silence, and keeps trying', () => {
    const { handlers, newest, connection } = connect()
    newest().say('stats', {})
    vi.advanceTimersByTime(SILENCE_MS * 6)
    expect(handlers.onLost).toHaveBeenCalledTimes(1)
    expect(FakeSource.opened.length).toBeGreaterThan(2)
    expect(FakeSource.opened.slice(0, -1).every((source) => source.isClosed)).toBe(true)
    connection.close()
  })

  test('tries at once when somebody asks', () => {
    const { newest, connection } = connect()
    newest().onerror?.()
    connection.retry()
    expect(FakeSource.opened).toHaveLength(2)
    connection.close()
  })

  test('opens nothing after it was closed', () => {
    const { newest, connection } = connect()
    newest().onerror?.()
    connection.close()
    vi.advanceTimersByTime(60_000)
    expect(FakeSource.opened).toHaveLength(1)
  })
})
