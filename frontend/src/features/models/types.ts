/** The shapes of /v1/risk/models and /v1/risk/moves. A move's result is `GateResult` of risk/gate.py, which OpenAPI leaves open. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type ModelVersion = Schemas['ModelVersion']
export type ModelDetail = Schemas['ModelDetail']
export type MoveKind = Schemas['MoveKind']

/** One group of decisions, where each model flags the same share of all of them. `large` ones are held to the gate. */
export interface GroupResult {
  dimension: string
  group: string
  decisions: number
  frauds: number
  champion_recall: number
  challenger_recall: number
  champion_false_alarms: number
  challenger_false_alarms: number
  large: boolean
}

/** What the gate found, and what speaks against the challenger: nothing when it may be promoted. */
export interface GateResult {
  decisions: number
  frauds: number
  champion_average_precision: number
  challenger_average_precision: number
  gain: number
  gain_low: number
  gain_high: number
  champion_us: number
  challenger_us: number
  groups: GroupResult[]
  problems: string[]
}

/** Without a gate, `result` says at most which version decides now. */
export type ModelMove = Omit<Schemas['ModelMove'], 'result'> & { result: GateResult | { version?: number } | null }

export interface NewMove {
  kind: MoveKind
  /** Null for a rollback, which finds it itself. */
  version: number | null
  dry_run: boolean
  why: string
}

export const CHAMPION = 'champion'
export const CHALLENGER = 'challenger'

/** The only model that there is; a move says no more than the number of its version. */
const MODEL = 'fraud'

/** A version as decisions name it. */
export const nameOf = ({ name, version }: Pick<ModelVersion, 'name' | 'version'>): string => `${name}-${version}`
export const movedName = (version: number | null): string => nameOf({ name: MODEL, version: version ?? 0 })
