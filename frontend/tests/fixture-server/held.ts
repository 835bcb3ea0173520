/** What the fixture bank holds, and what is asked back of it and by it. */
import { idOf, like, type Schemas } from './examples'

export type Block = Schemas['PaymentBlock']
export type Dispute = Schemas['Dispute']
export type Recovery = Schemas['Recovery']
type Urgency = Schemas['Urgency']
/** The moment that lies so far from when the bank began. */
export type At = (fromNowMs: number) => string

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const BLOCK_MS = 72 * HOUR_MS
export const COLLEAGUE = 'user:0193f2aa-1111-7111-8111-111111111111'
const SITUATIONS = ['scam', 'account-takeover', 'coercion', 'fraudulent-access'] as const
const brl = (amount_minor: number): Schemas['Money'] => ({ amount_minor, currency: 'BRL' })

export function blocksOf(at: At, me: string): Block[] {
  const block = (n: number, leftMs: number, urgency: Urgency | null, said: Partial<Block> = {}) =>
    like('PaymentBlock', {
      block_id: idOf(1, n),
      transfer_id: idOf(4, n),
      amount: brl(n * 41_250),
      placed_by: n % 2 ? COLLEAGUE : me,
      placed_at: at(leftMs - BLOCK_MS),
      expires_at: at(leftMs),
      urgency,
      ...said,
    })
  const proposed = { state: 'proposed', proposal: 'keep', proposed_at: at(-HOUR_MS) } as const
  const judged = { judged_by: COLLEAGUE, judged_at: at(-DAY_MS) }
  return [
    block(1, 41 * MINUTE_MS + 9_000, 'warning', { reason: 'the payer called: it was not them' }),
    block(2, 5 * HOUR_MS, 'warning', { ...proposed, proposed_by: COLLEAGUE, case_id: idOf(5, 1) }),
    block(3, 9 * HOUR_MS, 'warning', { ...proposed, proposed_by: me }),
    block(4, 61 * HOUR_MS, 'on_time', { amount: brl(1_873_400_00), reason: null }),
    block(5, -2 * DAY_MS, null, { ...judged, state: 'kept', proposal: 'keep', proposed_by: me }),
    block(6, -3 * DAY_MS, null, { ...judged, state: 'released', proposal: 'release', proposed_by: me }),
    block(7, -4 * DAY_MS, null, { state: 'expired' }),
  ]
}

export function disputesOf(at: At, me: string): Dispute[] {
  const dispute = (n: number, state: Dispute['state'], leftMs: number | null, said: Partial<Dispute> = {}) => {
    const urgency: Urgency = (leftMs ?? 0) < 0 ? 'late' : (leftMs ?? 0) < 2 * DAY_MS ? 'warning' : 'on_time'
    const isAgreed = state === 'agreed'
    const reportedMs = (leftMs ?? -DAY_MS) - (isAgreed ? 11 : 7) * DAY_MS
    const [analysisAt, refundAt] = [at(reportedMs + 7 * DAY_MS), at(reportedMs + 11 * DAY_MS)]
    return like('Dispute', {
      dispute_id: idOf(2, n),
      external_id: `IR-2026-${String(n).padStart(4, '0')}`,
      transfer_id: idOf(4, n),
      state,
      situation: SITUATIONS[n % 4] ?? 'scam',
      amount: brl(n * 125_000),
      held: brl(state === 'cancelled' ? 0 : n * 90_000),
      infraction: state === 'open' ? 'OPEN' : leftMs === null ? 'CLOSED' : 'ACKNOWLEDGED',
      reported_at: at(reportedMs),
      analysis_due_at: analysisAt,
      refund_due_at: refundAt,
      due_at: leftMs === null ? null : isAgreed ? refundAt : analysisAt,
      urgency: leftMs === null ? null : urgency,
      late: (leftMs ?? 0) < 0,
      ended_at: leftMs === null ? at(-DAY_MS) : null,
      ...said,
    })
  }
  const proposed = { analysis: 'agreed', proposed_by: COLLEAGUE, proposed_at: at(-HOUR_MS) } as const
  const ended = { ...proposed, judged_by: me, judged_at: at(-DAY_MS) }
  return [
    dispute(1, 'acknowledged', -5 * HOUR_MS),
    dispute(2, 'open', 31 * HOUR_MS),
    dispute(3, 'proposed', 4 * DAY_MS, proposed),
    dispute(4, 'agreed', 9 * DAY_MS, ended),
    dispute(5, 'refunded', null, { ...ended, result: 'partially-accepted', refunded: brl(310_000), held: brl(0) }),
    dispute(6, 'rejected', null, { ...ended, result: 'account-closure', held: brl(0) }),
    dispute(7, 'cancelled', null),
  ]
}

export function recoveriesOf(at: At): Recovery[] {
  const recovery = (n: number, state: Recovery['state'], leftMs: number | null, said: Partial<Recovery> = {}) =>
    like('Recovery', {
      recovery_id: idOf(3, n),
      external_id: state === 'created' ? null : `FR-2026-${String(n).padStart(4, '0')}`,
      transfer_id: idOf(4, n),
      state,
      amount: brl(n * 77_000),
      reported_at: at(-3 * DAY_MS),
      due_at: leftMs === null ? null : at(leftMs),
      urgency: leftMs === null ? null : leftMs < 2 * DAY_MS ? 'warning' : 'on_time',
      ended_at: leftMs === null ? at(-DAY_MS) : null,
      ...said,
    })
  const returning = { proposed: brl(200_000), proposed_by: COLLEAGUE, proposed_at: at(-HOUR_MS) }
  return [
    recovery(1, 'analysed', 5 * HOUR_MS),
    recovery(2, 'created', 30 * HOUR_MS),
    recovery(3, 'returning', 3 * DAY_MS, returning),
    recovery(4, 'refunding', 6 * DAY_MS),
    recovery(5, 'completed', null, { result: 'partially-accepted', returned: brl(250_000), directory: 'COMPLETED' }),
    recovery(6, 'refused', null, { result: 'no-balance', directory: 'COMPLETED' }),
  ]
}
