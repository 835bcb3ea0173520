/** The shapes that cross the border with the API: OpenAPI's (openapi.ts, made by `npm run types`), and the live feed's. */
import type { components } from '@/lib/openapi'

export type Verdict = 'allow' | 'review' | 'step_up' | 'deny'
export const VERDICTS: readonly Verdict[] = ['allow', 'review', 'step_up', 'deny']

export const CHANNELS = ['pix', 'card', 'boleto', 'ted', 'cash', 'internal'] as const
export type Channel = (typeof CHANNELS)[number]
export type Direction = 'debit' | 'credit'
export type DecisionSource = 'scorer' | 'bootstrap' | 'stand_in' | 'simulated'
export type AlertStatus = 'open' | 'in_review' | 'confirmed' | 'dismissed'
export type SubjectKind = 'customer' | 'account' | 'payee' | 'transaction'

/** RFC 3339 in JSON answers, epoch milliseconds in messages that began on a topic. */
export type Instant = string | number

type Schemas = components['schemas']
/** The description says `string` where the contract has a closed set of words; the words are named here. */
type Narrow<T, N> = Omit<T, keyof N> & N

interface Decided {
  verdict: Verdict
  channel: Channel
  direction: Direction
  source: DecisionSource
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type Money = Schemas['Money']
export type User = Schemas['User']
export type Session = Schemas['Session']
/** One decided transaction, as GET /v1/decisions lists it. */
export type Decision = Narrow<Schemas['Decision'], Decided>
/** The challenger's fields are null where no version was tried beside the model. */
export type DecisionDetail = Narrow<
  Schemas['DecisionDetail'],
  Decided & { stand_outs: StandOut[]; challenger_verdict: Verdict | null }
>
/** Its times are RFC 3339 as stored, epoch milliseconds where the feed told them. */
export type Alert = Narrow<
  Schemas['Alert'],
  {
    subject_kind: SubjectKind
    first_event_time: Instant
    last_event_time: Instant
    opened_at: Instant
    changed_at: Instant
  }
>
export type AlertMember = Narrow<
  Schemas['Member'],
  {
    verdict: Verdict
    stand_outs: StandOut[]
    transaction: {
      channel?: Channel
      direction?: Direction
      account_id?: string
      customer_id?: string
      payee_id?: string
      merchant_id?: string
    }
  }
>
export type AlertDetail = Alert & { members: AlertMember[]; moves: AlertStatus[] }
export type Summary = Schemas['Summary']

/** One decided transaction, as the live feed tells it. (OpenAPI does not describe events, so these are written by hand.) */
export interface LiveDecision extends Decided {
  transaction_id: string
  event_time: number
  scored_at: number
  amount_minor: number
  currency: string
  customer_id: string | null
  payee_id: string | null
  merchant_id: string | null
  probability: number | null
  reasons: string[]
  latency_us: number | null
}

export interface StandOut {
  feature: string
  value: number
  usual?: number | null
  sentence: string
  /** What its reason added to the model's log odds of fraud; absent where it is only unusual. */
  contribution?: number | null
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
  /** What gathered in it: flagged decisions, or what scenarios of money laundering found; `reasons` then names the scenario. */
  kind?: 'decision' | 'scenario'
  finding_id?: string
}

/**
 * Once a second over the live feed. Money and counts are since `since`; rate and latency are of the last second. Money is what
 * the ledger posted (moved) and what was denied (saved), in the currency of most transfers; null before the first.
 */
export interface LiveStats {
  per_second: number
  p50_us: number | null
  p99_us: number | null
  verdicts: Record<Verdict, number>
  currency: string | null
  moved_minor: number
  saved_minor: number
  other_currencies: { currency: string; moved_minor: number; saved_minor: number }[]
  since: Instant
}

/** RFC 9457. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  code?: string
  remedy?: string
  correlation_id?: string
  /** What a refusal is about, such as the field that it names. */
  facts?: Record<string, string | number | boolean | null>
}
