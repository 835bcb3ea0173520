import type { Decision, LiveDecision } from '@/lib/api-types'
import { toMs } from '@/lib/time'

/** What a list shows of a decision, whether it was stored or came over the feed. */
export interface DecisionRowData extends LiveDecision {
  /** True for a row that came over the feed while somebody looked. */
  arrived: boolean
}

export function fromStored(decision: Decision): DecisionRowData {
  const { amount, event_time, scored_at, ...rest } = decision
  return { ...rest, ...amount, event_time: toMs(event_time), scored_at: toMs(scored_at), arrived: false }
}

export function fromFeed(decision: LiveDecision): DecisionRowData {
  return { ...decision, arrived: true }
}
