import type { Costs } from '@/features/risk/types'

interface CostField {
  name: keyof Costs
  /** Money is minor units of the bank's currency; a share is from 0 to 1. */
  kind: 'money' | 'share'
}

/** What decisions cost, in the order in which it is told. */
export const COST_FIELDS: readonly CostField[] = [
  { name: 'fraud_loss', kind: 'share' },
  { name: 'review_minor', kind: 'money' },
  { name: 'review_catches', kind: 'share' },
  { name: 'delay_minor', kind: 'money' },
  { name: 'denial_minor', kind: 'money' },
  { name: 'denial_loss', kind: 'share' },
  { name: 'step_up_minor', kind: 'money' },
]
