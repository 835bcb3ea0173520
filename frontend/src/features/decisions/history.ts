/** What is worked out of a customer's decisions before they are shown beside one of them. */
import type { Decision } from '@/lib/api-types'
import { toMs } from '@/lib/time'

type Seen = Pick<Decision, 'transaction_id' | 'event_time' | 'amount' | 'verdict'>

export interface Place {
  id: string
  verdict: Decision['verdict']
  /** From 0 at the left to 1 at the right, by time. */
  x: number
  /** From 0 at the foot to 1 at the top, by the logarithm of the amount: a customer's amounts span orders of magnitude. */
  y: number
}

const stretch = (values: readonly number[]) => {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return (value: number) => (most === least ? 0.5 : (value - least) / (most - least))
}

/** Where each decision stands in a picture of amounts over time. */
export function placesOf(decisions: readonly Seen[]): Place[] {
  const logOf = ({ amount }: Seen) => Math.log(Math.max(1, amount.amount_minor))
  const x = stretch(decisions.map(({ event_time }) => toMs(event_time)))
  const y = stretch(decisions.map(logOf))
  return decisions.map((decision) => ({
    id: decision.transaction_id,
    verdict: decision.verdict,
    x: x(toMs(decision.event_time)),
    y: y(logOf(decision)),
  }))
}

/** The middle amount in minor units, of one currency alone; null without any. */
export function medianMinor(decisions: readonly Pick<Decision, 'amount'>[], currency: string): number | null {
  const amounts = decisions
    .filter(({ amount }) => amount.currency === currency)
    .map(({ amount }) => amount.amount_minor)
    .sort((one, other) => one - other)
  const middle = amounts.length / 2
  const [lower, upper] = [amounts[Math.ceil(middle) - 1], amounts[Math.floor(middle)]]
  return lower === undefined || upper === undefined ? null : Math.round((lower + upper) / 2)
}

export const stoppedCount = (decisions: readonly Pick<Decision, 'verdict'>[]): number =>
  decisions.filter(({ verdict }) => verdict !== 'allow').length
