/** The shapes of /v1/scenarios and /v1/screening. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Scenario = Schemas['ScenarioShown']
export type Parameter = Schemas['ScenarioParameter']
export type Severity = Scenario['severity']
export type Version = Schemas['ScenarioVersionShown']
/** A trial's result is `TrialReport` of docs/aml-scenarios.md, which OpenAPI leaves open. */
export type Trial = Omit<Schemas['ScenarioTrial'], 'result'> & { result: TrialReport | null }
export type VersionDetail = Omit<Schemas['ScenarioVersionDetail'], 'trial'> & { trial: Trial | null }

export interface Side {
  values: Record<string, number>
  findings: number
  known_findings: number
  caught: number
  amount_minor: number
}
export interface Finding {
  finding_id: string
  account_id: string
  first_at: number
  last_at: number
  payments: number
  amount_minor: number
  known: boolean
}
export interface TrialReport {
  from_ms: number
  until_ms: number
  payments: number
  accounts: number
  known: number
  gap: string | null
  before: Side
  after: Side
  stay_count: number
  come_count: number
  go_count: number
  come: Finding[]
  go: Finding[]
  days: { day: string; before: number; after: number }[]
}

export type Hit = Schemas['ScreeningHit']
export type HitDetail = Schemas['ScreeningHitDetail']
export type HitStatus = Hit['status']
export type Verdict = Schemas['HitVerdict']
export type WhyMet = Schemas['WhyMet']
export type ListedEntry = Schemas['ListedEntry']
export type Matches = Schemas['ListMatches']
export type WatchList = Schemas['WatchList']
export type ListVersion = Schemas['WatchListVersion']
export type VersionDifference = Schemas['VersionDifference']
export type Difference = Schemas['EntryDifference']
export type ListChange = Schemas['ListChange']
export type ListChangeDetail = Schemas['ListChangeDetail']
export type UnnamedChange = Schemas['UnnamedChange']
export type UnnamedChoice = Schemas['UnnamedChoice']
export type CheckedList = Schemas['CheckedList']
