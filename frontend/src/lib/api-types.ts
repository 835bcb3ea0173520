/** The shapes that cross the border with the API. */

export type Verdict = 'allow' | 'review' | 'step_up' | 'deny'
export const VERDICTS: readonly Verdict[] = ['allow', 'review', 'step_up', 'deny']

export type Channel = 'pix' | 'card' | 'boleto' | 'ted' | 'cash' | 'internal'
export type Direction = 'debit' | 'credit'
export type DecisionSource = 'scorer' | 'bootstrap' | 'stand_in' | 'simulated'
export type AlertStatus = 'open' | 'in_review' | 'confirmed' | 'dismissed'
export type SubjectKind = 'customer' | 'account' | 'payee' | 'transaction'

/** RFC 3339 in JSON answers, epoch milliseconds in messages that began on a topic. */
export type Instant = string | number

export interface Money {
  amount_minor: number
  currency: string
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export interface User {
  id: string
  email: string | null
  name: string | null
  tenant_id: string
  roles: string[]
  customer_id: string | null
}

export interface Session {
  user: User
  csrf_token: string | null
}

/** One decided transaction, as GET /v1/decisions lists it. */
export interface Decision {
  transaction_id: string
  event_time: string
  known_at: string
  scored_at: string
  channel: Channel
  direction: Direction
  amount: Money
  customer_id: string | null
  account_id: string | null
  card_id: string | null
  device_id: string | null
  payee_id: string | null
  merchant_id: string | null
  mcc: number | null
  country: string | null
  entry_mode: string | null
  verdict: Verdict
  source: DecisionSource
  probability: number | null
  anomaly: number | null
  rules: string[]
  reasons: string[]
  model: string | null
  policy: string
  feature_set: string
  truncated: boolean
  late: boolean
  control_group: boolean
  latency_us: number | null
  door: string
  adopted: boolean
  sequence: { epoch: number; n: number }
}

export interface DecisionDetail extends Decision {
  outcome: string | null
  label: string | null
}

/** One decided transaction, as the live feed tells it. */
export interface LiveDecision {
  transaction_id: string
  event_time: number
  scored_at: number
  channel: Channel
  direction: Direction
  amount_minor: number
  currency: string
  customer_id: string | null
  payee_id: string | null
  merchant_id: string | null
  verdict: Verdict
  probability: number | null
  reasons: string[]
  source: DecisionSource
  latency_us: number | null
}

export interface StandOut {
  feature: string
  value: number
  usual?: number | null
  sentence: string
}

export interface Alert {
  alert_id: string
  status: AlertStatus
  subject_kind: SubjectKind
  subject_id: string
  decisions: number
  total: Money
  highest_probability: number | null
  first_event_time: Instant
  last_event_time: Instant
  opened_at: Instant
  changed_at: Instant
  moved_by: string | null
}

export interface AlertMember {
  transaction_id: string
  event_time: string
  verdict: Verdict
  amount: Money
  probability: number | null
  reasons: string[]
  stand_outs: StandOut[]
  transaction: { channel?: Channel; customer_id?: string; payee_id?: string; merchant_id?: string }
  joined_at: string
}

export interface AlertDetail extends Alert {
  members: AlertMember[]
  moves: AlertStatus[]
}

export interface Summary {
  transactions: number
  amount_minor: number
  frauds: number
  frauds_caught: number
  false_alarms: number
  first_day: string | null
  last_day: string | null
}

/** `risk.alerts.v1`, as the live feed carries it. */
export interface AlertEvent {
  event_id: string
  alert_id: string
  status: AlertStatus
  change: 'opened' | 'grew' | 'moved'
  subject_kind: SubjectKind
  subject_id: string
  transaction_id: string
  verdict: Verdict
  amount_minor: number
  currency: string
  first_event_time: Instant
  last_event_time: Instant
  occurred_at: Instant
  decisions: number
  total_amount_minor: number
  probability?: number | null
  reasons?: string[]
  stand_outs?: StandOut[]
}

/** Once a second over the live feed. Money and counts are since `since`; rate and latency are of the last second. */
export interface LiveStats {
  per_second: number
  p50_us: number | null
  p99_us: number | null
  verdicts: Record<Verdict, number>
  moved_minor: number
  saved_minor: number
  since: Instant
}

/** RFC 9457. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  remedy?: string
  correlation_id?: string
}
