/** The shapes of /v1/blocks, /v1/med and /v1/recoveries. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Block = Schemas['PaymentBlock']
export type Dispute = Schemas['Dispute']
export type DisputeState = Dispute['state']
export type Situation = Dispute['situation']
export type Refusal = NonNullable<Schemas['DisputeRefund']['reject']>
export type NewRecovery = Required<Schemas['NewRecovery']>
export type Recovery = Schemas['Recovery']
export type RecoveryRefusal = Schemas['RecoveryRefusal']['refused']
/** Money that somebody asks back, whichever side the bank is on. */
export type AskedBack = Pick<Dispute | Recovery, keyof Dispute & keyof Recovery>
export type TrailRow = Schemas['TrailRow']

export const SHOWN = ['waiting', 'ended'] as const
export type Shown = (typeof SHOWN)[number]
export const SITUATIONS: readonly Situation[] = [
  'scam',
  'account-takeover',
  'coercion',
  'fraudulent-access',
  'other',
  'unknown',
]
export const RECOVERY_REFUSALS: readonly RecoveryRefusal[] = ['no-balance', 'account-closure', 'cannot-refund', 'other']
export const REFUSALS: readonly Refusal[] = ['account-closure', 'cannot-refund', 'other']
