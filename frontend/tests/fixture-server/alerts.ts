/** Alerts over the fixture bank: flagged decisions grouped, and one ring that was there before anybody looked. */
import { padded, type Bank, type FixtureDecision } from './bank'
import { Dice } from './random'

const MOVES: Record<string, string[]> = {
  open: ['in_review', 'confirmed', 'dismissed'],
  in_review: ['open', 'confirmed', 'dismissed'],
  confirmed: ['in_review'],
  dismissed: ['in_review'],
}
/** Whom the ring pays. */
export const RING = 'c004417'
export const RING_MEMBERS = 14
const RING_SPAN_MS = 38 * 60_000

export interface FixtureAlert {
  alert_id: string
  status: string
  subject_kind: string
  subject_id: string
  opened_at: string
  changed_at: string
  moved_by: string | null
  members: FixtureDecision[]
}

const STAND_OUTS = [
  {
    feature: 'payee_customers_1h',
    value: 14,
    usual: 1,
    contribution: 1.93,
    sentence: 'Different customers of this payee in the last hour',
  },
  {
    feature: 'payee_sum_1d',
    value: 4_183_700,
    usual: 26_400,
    contribution: 0.71,
    sentence: 'Amount with this payee in the last day',
  },
  {
    feature: 'customer_amount_to_max_30d',
    value: 3.4,
    usual: 0.3,
    contribution: 1.12,
    sentence: "Amount as a multiple of the customer's largest in the last 30 days",
  },
]

export class Alerts {
  readonly all: FixtureAlert[] = []
  private readonly dice: Dice
  private readonly bank: Bank

  constructor(bank: Bank, seed: number) {
    this.bank = bank
    this.dice = new Dice(seed)
  }

  /** Fourteen customers pay one person within the hour, none of whom had paid them before. */
  plantRing(nowMs: number): void {
    const startMs = nowMs - RING_SPAN_MS - 4 * 60_000
    const members = Array.from({ length: RING_MEMBERS }, (_, index) =>
      this.bank.decide(startMs + Math.round((index / (RING_MEMBERS - 1)) * RING_SPAN_MS), {
        channel: 'pix',
        customer_id: padded('c', 1_200 + index * 617),
        payee_id: RING,
        merchant_id: null,
        card_id: null,
        mcc: null,
        amount: { amount_minor: Math.round(this.dice.between(180_000, 490_000)), currency: 'BRL' },
        verdict: index < 3 ? 'review' : 'deny',
        probability: index < 3 ? 0.61 + index * 0.07 : 0.93 + (index % 5) * 0.01,
        rules: ['payee_many_payers'],
        reasons: ['payee_many_payers', 'customer_new_payee', 'payee_many_customers'],
      }),
    )
    this.all.unshift(this.make('payee', RING, members))
  }

  /** A flagged decision joins its customer's alert, or opens one. */
  join(decision: FixtureDecision): { alert: FixtureAlert; opened: boolean } {
    const found = this.all.find((alert) => alert.subject_id === decision.customer_id && alert.status === 'open')
    if (found) {
      found.members.push(decision)
      found.changed_at = decision.scored_at
      return { alert: found, opened: false }
    }
    const alert = this.make('customer', decision.customer_id, [decision])
    this.all.unshift(alert)
    return { alert, opened: true }
  }

  move(alert: FixtureAlert, to: string, by: string): boolean {
    if (!MOVES[alert.status]?.includes(to)) return false
    alert.status = to
    alert.moved_by = by
    alert.changed_at = new Date().toISOString()
    return true
  }

  private make(kind: string, subjectId: string, members: FixtureDecision[]): FixtureAlert {
    const last = members.at(-1)?.scored_at ?? new Date().toISOString()
    const first = members[0]?.scored_at ?? last
    return {
      alert_id: this.dice.uuid(),
      status: 'open',
      subject_kind: kind,
      subject_id: subjectId,
      opened_at: first,
      changed_at: last,
      moved_by: null,
      members,
    }
  }
}

function totals(alert: FixtureAlert) {
  return {
    decisions: alert.members.length,
    total: alert.members.reduce((sum, member) => sum + member.amount.amount_minor, 0),
    highest: Math.max(...alert.members.map((member) => member.probability)),
    first: alert.members[0]?.event_time ?? alert.opened_at,
    last: alert.members.at(-1)?.event_time ?? alert.changed_at,
  }
}

export function toJson(alert: FixtureAlert) {
  const { decisions, total, highest, first, last } = totals(alert)
  return {
    alert_id: alert.alert_id,
    status: alert.status,
    kind: 'decision',
    scenarios: [],
    subject_kind: alert.subject_kind,
    subject_id: alert.subject_id,
    decisions,
    total: { amount_minor: total, currency: 'BRL' },
    highest_probability: highest,
    first_event_time: first,
    last_event_time: last,
    opened_at: alert.opened_at,
    changed_at: alert.changed_at,
    moved_by: alert.moved_by,
  }
}

export function toDetailJson(alert: FixtureAlert) {
  const members = [...alert.members].reverse().map((member) => ({
    transaction_id: member.transaction_id,
    event_time: member.event_time,
    verdict: member.verdict,
    amount: member.amount,
    probability: member.probability,
    reasons: member.reasons,
    stand_outs: alert.subject_kind === 'payee' ? STAND_OUTS : STAND_OUTS.slice(2),
    transaction: {
      channel: member.channel,
      customer_id: member.customer_id,
      payee_id: member.payee_id,
      merchant_id: member.merchant_id,
    },
    joined_at: member.scored_at,
  }))
  return { ...toJson(alert), members, moves: MOVES[alert.status] ?? [] }
}

export function toEvent(alert: FixtureAlert, change: string) {
  const { decisions, total, first, last } = totals(alert)
  const newest = alert.members.at(-1)
  return {
    schema: 1,
    event_id: crypto.randomUUID(),
    tenant_id: 'demo',
    alert_id: alert.alert_id,
    status: alert.status,
    change,
    subject_kind: alert.subject_kind,
    subject_id: alert.subject_id,
    transaction_id: newest?.transaction_id,
    verdict: newest?.verdict,
    amount_minor: newest?.amount.amount_minor,
    currency: 'BRL',
    first_event_time: Date.parse(first),
    last_event_time: Date.parse(last),
    occurred_at: Date.now(),
    decisions,
    total_amount_minor: total,
    probability: newest?.probability,
    reasons: newest?.reasons ?? [],
    stand_outs: STAND_OUTS.slice(2),
  }
}
