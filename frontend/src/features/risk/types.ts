/** The shapes of /v1/risk. A trial's result is `BacktestReport` of docs/backtest.md, which OpenAPI leaves open. */
import type { Channel, Verdict } from '@/lib/api-types'
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type PolicyStatus = Schemas['Status']
export interface Rule {
  code: string
  when: string
  action: Verdict
  sentence: string
  mandatory?: boolean
  shadow?: boolean
  valid_from?: number | null
  valid_until?: number | null
}
export interface Thresholds {
  review_from: number
  step_up_from?: number | null
  deny_from: number
}
export interface Segment extends Thresholds {
  code: string
  when: string
}
/** `_minor` are minor units of the bank's currency, the others shares from 0 to 1. */
export interface Costs {
  fraud_loss: number
  review_minor: number
  review_catches: number
  delay_minor: number
  denial_minor: number
  denial_loss: number
  step_up_minor: number
}
/** What the API leaves out is as in `whole` (document.ts). */
export interface PolicyDocument extends Thresholds {
  control_group_ppm?: number
  rules?: Rule[]
  segments?: Segment[]
  costs?: Partial<Costs>
}

export type Policy = Omit<Schemas['Policy'], 'document'> & { document: PolicyDocument }
export type PolicyMove = Schemas['PolicyMove']
export type PolicyDetail = Policy & { moves: PolicyMove[] }
export interface ActivePolicy {
  built_in: boolean
  policy: Policy | null
}
export type Finding = Schemas['Finding']
export type Name = Schemas['Name']
export interface Vocabulary {
  names: Name[]
  functions: string[]
  built_in: Rule[]
}

export type ListKind = Schemas['ListKind']
export type RiskList = Schemas['List']
export type Entry = Schemas['serving__risk__schemas__Entry']
/** What the values of a list are. */
export const LIST_FIELDS = [
  'customer_id',
  'account_id',
  'card_id',
  'device_id',
  'ip',
  'payee_id',
  'merchant_id',
] as const

export interface Outcome {
  allowed: number
  reviewed: number
  challenged: number
  denied: number
  frauds_stopped: number
  frauds_stopped_minor: number
  frauds_missed_minor: number
  false_alarms: number
  honest_denied: number
  customers_stopped: number
  cost_minor: number
}
export interface Slice {
  name: string
  decisions: number
  frauds: number
  recorded_stopped: number
  recorded_frauds_stopped: number
  recorded_cost_minor: number
  proposed_stopped: number
  proposed_frauds_stopped: number
  proposed_cost_minor: number
}
export interface RuleResult {
  code: string
  shadow: boolean
  hits: number
  frauds: number
  alone: number
  frauds_alone: number
  amount_minor: number
}
export interface CurvePoint {
  review_from: number
  stopped: number
  frauds_stopped: number
  cost_minor: number
}
export interface Report {
  model: string | null
  policy: string
  decisions: number
  recorded_by: Record<string, number>
  frauds: number
  frauds_minor: number
  recorded: Outcome
  proposed: Outcome
  /** Decisions with verdict i as recorded and j as proposed, in the order of `VERDICTS`. */
  moved: number[][]
  days: Slice[]
  channels: (Slice & { name: Channel })[]
  rules: RuleResult[]
  curve: CurvePoint[]
  seconds: number
}
export type Simulation = Omit<Schemas['Simulation'], 'result'> & { result: Report | null }
