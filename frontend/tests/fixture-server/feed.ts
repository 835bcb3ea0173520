/** GET /v1/live of the fixture: the bank decides at a rate that breathes, and every reader hears of it. */
import type { ServerResponse } from 'node:http'
import { toEvent, type Alerts } from './alerts'
import type { Bank, FixtureDecision } from './bank'

const TICK_MS = 50

function live(decision: FixtureDecision) {
  const { amount, event_time, scored_at, channel, direction, customer_id, payee_id, merchant_id } = decision
  const { transaction_id, verdict, probability, reasons, source, latency_us } = decision
  return {
    transaction_id, event_time: Date.parse(event_time), scored_at: Date.parse(scored_at), channel, direction, ...amount,
    customer_id, payee_id, merchant_id, verdict, probability, reasons, source, latency_us,
  } // prettier-ignore
}

function percentile(sorted: number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

export class Feed {
  private readonly readers = new Set<ServerResponse>()
  private readonly timers: NodeJS.Timeout[] = []
  private readonly verdicts = { allow: 0, review: 0, step_up: 0, deny: 0 }
  private movedMinor = 0
  private savedMinor = 0
  private latencies: number[] = []
  private due = 0
  private readonly sinceMs = Date.now()

  private readonly bank: Bank
  private readonly alerts: Alerts
  private readonly ratePerS: number

  constructor(bank: Bank, alerts: Alerts, ratePerS: number) {
    this.bank = bank
    this.alerts = alerts
    this.ratePerS = ratePerS
  }

  start(): void {
    this.timers.push(
      setInterval(() => this.tick(), TICK_MS),
      setInterval(() => this.tellStats(), 1_000),
    )
  }

  stop(): void {
    this.timers.forEach(clearInterval)
    this.cut()
  }

  /** Drops every reader, as a restart of the API would. */
  cut(): void {
    for (const reader of this.readers) reader.destroy()
    this.readers.clear()
  }

  add(reader: ServerResponse): void {
    reader.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    reader.write('retry: 2000\n\n')
    this.readers.add(reader)
    reader.on('close', () => this.readers.delete(reader))
  }

  tell(event: string, data: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const reader of this.readers) reader.write(text)
  }

  private tick(): void {
    const nowMs = Date.now()
    const swing = 1 + 0.22 * Math.sin(nowMs / 21_000) + 0.1 * Math.sin(nowMs / 4_300)
    this.due += (this.ratePerS * swing * TICK_MS) / 1_000
    for (; this.due >= 1; this.due -= 1) {
      const decision = this.bank.decide(nowMs)
      this.verdicts[decision.verdict] += 1
      this.latencies.push(decision.latency_us)
      if (decision.verdict === 'allow') this.movedMinor += decision.amount.amount_minor
      if (decision.verdict === 'deny') this.savedMinor += decision.amount.amount_minor
      this.tell('decision', live(decision))
      if (decision.verdict === 'allow') continue
      const { alert, opened } = this.alerts.join(decision)
      this.tell('alert', toEvent(alert, opened ? 'opened' : 'grew'))
    }
  }

  private tellStats(): void {
    const sorted = this.latencies.sort((a, b) => a - b)
    this.latencies = []
    this.tell('stats', {
      per_second: sorted.length,
      p50_us: percentile(sorted, 0.5),
      p99_us: percentile(sorted, 0.99),
      verdicts: this.verdicts,
      currency: 'BRL',
      moved_minor: this.movedMinor,
      saved_minor: this.savedMinor,
      other_currencies: [],
      since: this.sinceMs,
    })
  }
}
