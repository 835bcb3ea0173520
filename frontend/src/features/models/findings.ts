/** What is worked out of a move before it is shown. */
import { scaleOf, type Scale } from '@/features/models/measures'
import type { GateResult, GroupResult, ModelMove } from '@/features/models/types'

export type MoveOutcome = 'going' | 'failed' | 'promoted' | 'open' | 'closed' | 'tried' | 'went_back'

/** The gate's findings of a version that was held to it; null for other moves, and until a move is at its end. */
export const gateOf = ({ result }: Pick<ModelMove, 'result'>): GateResult | null =>
  result !== null && 'groups' in result ? result : null

/** What became of a move: a promotion that the gate refused is done, and has promoted nothing. */
export function outcomeOf(move: Pick<ModelMove, 'kind' | 'status' | 'dry_run' | 'result'>): MoveOutcome {
  if (move.status === 'failed') return 'failed'
  if (move.status !== 'done') return 'going'
  if (move.kind === 'challenge') return 'tried'
  if (move.kind === 'rollback') return 'went_back'
  if ((gateOf(move)?.problems.length ?? 0) > 0) return 'closed'
  return move.dry_run ? 'open' : 'promoted'
}

/** One thing that speaks against a version, so that it can be said in the reader's language. */
export type Objection =
  | { kind: 'chance' | 'slow' }
  | { kind: 'recall' | 'alarms'; group: GroupResult }
  /** In the gate's own words. */
  | { kind: 'other'; text: string }

const isAbout = (text: string, { dimension, group }: GroupResult) => text.startsWith(`${dimension} ${group}: `)

function objectionOf(text: string, groups: readonly GroupResult[]): Objection {
  const group = groups.find((one) => isAbout(text, one))
  if (group && text.includes(': it finds ')) return { kind: 'recall', group }
  if (group && text.includes(' false alarms')) return { kind: 'alarms', group }
  if (text.startsWith('it is not better beyond chance')) return { kind: 'chance' }
  if (text.startsWith('it takes ')) return { kind: 'slow' }
  return { kind: 'other', text }
}

/** What the gate says, problem by problem. Where its bounds lie is its own affair: this only reads what it said. */
export const objectionsOf = ({ problems, groups }: Pick<GateResult, 'problems' | 'groups'>): Objection[] =>
  problems.map((text) => objectionOf(text, groups))

/** The groups that keep the gate closed. */
export const failingGroups = ({
  problems,
  groups,
}: Pick<GateResult, 'problems' | 'groups'>): ReadonlySet<GroupResult> =>
  new Set(groups.filter((group) => problems.some((text) => isAbout(text, group))))

/** The groups of each dimension, in the order in which they came. */
export function byDimension(groups: readonly GroupResult[]): [dimension: string, groups: GroupResult[]][] {
  const found = new Map<string, GroupResult[]>()
  for (const group of groups) found.set(group.dimension, [...(found.get(group.dimension) ?? []), group])
  return [...found]
}

/** A stretch that holds every share of frauds found that is shown: of the whole from 0 to 1 they fill little. */
export function recallScale(groups: readonly GroupResult[]): Scale {
  const shares = groups
    .filter(({ frauds }) => frauds > 0)
    .flatMap(({ champion_recall, challenger_recall }) => [champion_recall, challenger_recall])
  return scaleOf(shares.map((value) => ({ value, interval: null })))
}
