import type { ProposedDecision } from '@/features/cases/types'

/** What the transactions of a case may be found to have been, likelier first. */
export const LABELS: readonly NonNullable<ProposedDecision['label']>[] = [
  'legitimate',
  'structuring',
  'mule_fan_in',
  'mule_fan_out',
  'account_takeover',
  'social_pressure',
  'stolen_card',
  'card_testing',
  'first_party_abuse',
  'unspecified',
]
