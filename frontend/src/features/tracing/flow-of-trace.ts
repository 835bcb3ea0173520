import type { Flow, Party, Payment } from '@/features/cases/flow'
import type { Trace } from '@/features/tracing/types'

/** More than can be told apart on a screen. */
export const MAX_DRAWN = 40

/**
 * What of a trace is drawn: who passed how much of the traced money to whom. Beyond the bound, accounts that held least of it are
 * left out with their payments; the two of the first payment never are.
 */
export function flowOfTrace({ start, places, payments }: Trace): Flow {
  const parties = new Map<string, Party>()
  const sums = new Map<string, Payment>()
  const rests = new Map<string, number>()
  for (const place of places) rests.set(place.account_id, (rests.get(place.account_id) ?? 0) + place.amount_minor)
  const partyOf = (id: string): Party => {
    const held = parties.get(id)
    if (held) return held
    const rest = rests.get(id) ?? 0
    const isSubject = id === start.payee_account_id
    const party: Party = {
      id,
      kind: 'account',
      receivedMinor: 0,
      sentMinor: 0,
      isSubject,
      ...(rest > 0 && { restMinor: rest }),
    }
    parties.set(id, party)
    return party
  }
  for (const { payment, traced_minor: amountMinor } of payments) {
    const { payer_account_id: from, payee_account_id: to } = payment
    partyOf(from).sentMinor += amountMinor
    partyOf(to).receivedMinor += amountMinor
    const key = `${from} ${to}`
    const held = sums.get(key) ?? { key, from, to, count: 0, amountMinor: 0, lastMs: 0 }
    sums.set(key, {
      ...held,
      count: held.count + 1,
      amountMinor: held.amountMinor + amountMinor,
      lastMs: Math.max(held.lastMs, Date.parse(payment.at)),
    })
  }
  const isFirst = ({ id }: Party) => id === start.payer_account_id || id === start.payee_account_id
  const weightOf = (party: Party) => (isFirst(party) ? Infinity : party.receivedMinor)
  const heaviestFirst = [...parties.values()].sort((a, b) => weightOf(b) - weightOf(a))
  const drawn = heaviestFirst.slice(0, MAX_DRAWN)
  const ids = new Set(drawn.map(({ id }) => id))
  return {
    currency: start.currency,
    parties: drawn,
    payments: [...sums.values()].filter(({ from, to }) => ids.has(from) && ids.has(to)),
    leftOut: heaviestFirst.length - drawn.length,
  }
}
