import type { AlertMember } from '@/lib/api-types'

/** Who the money went between, as the transactions of a case tell it. */
export type PartyKind = 'customer' | 'account' | 'payee' | 'merchant'

export interface Party {
  id: string
  kind: PartyKind
  /** What came to it, and what left it, in minor units. */
  receivedMinor: number
  sentMinor: number
  /** Whom the case is about. */
  isSubject: boolean
  /** What is followed no further than here, of money that is followed. */
  restMinor?: number
}

export interface Payment {
  key: string
  from: string
  to: string
  count: number
  amountMinor: number
  lastMs: number
}

export interface Flow {
  currency: string
  parties: Party[]
  payments: Payment[]
  /** Parties beyond the bound, which are not drawn. */
  leftOut: number
}

/** More than can be told apart on a screen. */
const MAX_PARTIES = 40

type Side = Pick<Party, 'id' | 'kind'>

function ownSide({ transaction }: AlertMember): Side | null {
  const { account_id: accountId, customer_id: customerId } = transaction
  if (customerId) return { id: customerId, kind: 'customer' }
  return accountId ? { id: accountId, kind: 'account' } : null
}

function otherSide({ transaction }: AlertMember): Side | null {
  const { payee_id: payeeId, merchant_id: merchantId } = transaction
  if (merchantId) return { id: merchantId, kind: 'merchant' }
  return payeeId ? { id: payeeId, kind: 'payee' } : null
}

/**
 * Adds up what went from whom to whom, in the currency of most of it. Parties that moved least are left out beyond the bound, with
 * their payments; whom the case is about never is.
 */
export function flowOf(members: readonly AlertMember[], subjectId: string): Flow {
  const counts = new Map<string, number>()
  for (const { amount } of members) counts.set(amount.currency, (counts.get(amount.currency) ?? 0) + 1)
  const currency = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
  const parties = new Map<string, Party>()
  const payments = new Map<string, Payment>()
  const partyOf = (side: Side): Party => {
    const held = parties.get(side.id)
    if (held) return held
    const party = { ...side, receivedMinor: 0, sentMinor: 0, isSubject: side.id === subjectId }
    parties.set(side.id, party)
    return party
  }
  for (const member of members) {
    const own = ownSide(member)
    const other = otherSide(member)
    if (!own || !other || member.amount.currency !== currency) continue
    const [from, to] = member.transaction.direction === 'credit' ? [other, own] : [own, other]
    const amountMinor = member.amount.amount_minor
    partyOf(from).sentMinor += amountMinor
    partyOf(to).receivedMinor += amountMinor
    const key = `${from.id} ${to.id}`
    const held = payments.get(key) ?? { key, from: from.id, to: to.id, count: 0, amountMinor: 0, lastMs: 0 }
    payments.set(key, {
      ...held,
      count: held.count + 1,
      amountMinor: held.amountMinor + amountMinor,
      lastMs: Math.max(held.lastMs, Date.parse(member.event_time)),
    })
  }
  const weightOf = (party: Party) => (party.isSubject ? Infinity : party.receivedMinor + party.sentMinor)
  const heaviestFirst = [...parties.values()].sort((a, b) => weightOf(b) - weightOf(a))
  const drawn = heaviestFirst.slice(0, MAX_PARTIES)
  const ids = new Set(drawn.map(({ id }) => id))
  return {
    currency,
    parties: drawn,
    payments: [...payments.values()].filter(({ from, to }) => ids.has(from) && ids.has(to)),
    leftOut: heaviestFirst.length - drawn.length,
  }
}
