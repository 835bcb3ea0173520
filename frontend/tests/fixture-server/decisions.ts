/** Decisions of the fixture bank as they are looked up: the contract's filters, what became of one, and a customer with a history. */
import type { FixtureAlert } from './alerts'
import { padded, type Bank, type FixtureDecision } from './bank'
import { Dice } from './random'

const SEED = 19
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Whose account is taken over, after two months of small payments to the same few. */
export const KNOWN_CUSTOMER = padded('c', 314)
const PAYEES = [padded('c', 2_718), padded('c', 1_618), padded('c', 577)]
const HABIT_DAYS = 60
const HABITS = 32

/** What a customer does by habit. It comes before anything else, since a list is by when it was decided. */
export function plantHabits(bank: Bank, nowMs: number): void {
  const dice = new Dice(SEED)
  for (let index = 0; index < HABITS; index += 1) {
    const atMs = nowMs - HABIT_DAYS * DAY_MS * (1 - index / HABITS) - dice.below(DAY_MS) - MINUTE_MS
    bank.decide(atMs, {
      ...account(), verdict: 'allow', rules: [], reasons: [], probability: dice.between(0.0004, 0.02), anomaly: dice.between(0.05, 0.3),
      payee_id: dice.pick(PAYEES), amount: { amount_minor: Math.round(dice.logNormal(8_200, 0.7)), currency: 'BRL' },
    }) // prettier-ignore
  }
}

/** A new device pays somebody new more than the customer ever paid: twice, the first time challenged. */
export function plantTakeover(bank: Bank, nowMs: number): FixtureDecision[] {
  const reasons = ['takeover_pattern', 'customer_new_device', 'customer_new_payee', 'customer_amount_above_largest']
  const payment = {
    ...account(),
    device_id: `${padded('d', 8_086)}-1`,
    payee_id: padded('c', 6_502),
    rules: ['takeover_pattern'],
    reasons,
  }
  return [
    bank.decide(nowMs - 26 * MINUTE_MS, {
      ...payment, verdict: 'step_up', probability: 0.58, amount: { amount_minor: 149_900, currency: 'BRL' },
    }),
    bank.decide(nowMs - 22 * MINUTE_MS, {
      ...payment, verdict: 'deny', probability: 0.962, anomaly: 0.91, amount: { amount_minor: 489_000, currency: 'BRL' },
      shadow_rules: ['many_payees'],
    }),
  ] // prettier-ignore
}

function account(): Partial<FixtureDecision> {
  return {
    channel: 'pix', customer_id: KNOWN_CUSTOMER, account_id: '0193f2aa-aaaa-7aaa-8aaa-000000000314', card_id: null, merchant_id: null,
    mcc: null, entry_mode: 'app', device_id: `${padded('d', 314)}-1`, ip: padded('i', 314),
  } // prettier-ignore
}

const PASSES: Record<string, (row: FixtureDecision, asked: string) => boolean> = {
  verdict: (row, asked) => row.verdict === asked,
  customer_id: (row, asked) => row.customer_id === asked,
  payee_id: (row, asked) => row.payee_id === asked,
  rule: (row, asked) => row.rules.includes(asked),
  reason: (row, asked) => row.reasons.includes(asked),
  model: (row, asked) => row.model === asked,
  channel: (row, asked) => row.channel === asked,
  at_least_minor: (row, asked) => row.amount.amount_minor >= Number(asked),
  from_time: (row, asked) => Date.parse(row.event_time) >= Date.parse(asked),
  until_time: (row, asked) => Date.parse(row.event_time) < Date.parse(asked),
}

export function filtered(rows: readonly FixtureDecision[], search: URLSearchParams): FixtureDecision[] {
  const asked = Object.entries(PASSES).flatMap(([name, passes]) => {
    const value = search.get(name)
    return value === null ? [] : [(row: FixtureDecision) => passes(row, value)]
  })
  return rows.filter((row) => asked.every((passes) => passes(row)))
}

const says = (feature: string, value: number, usual: number, contribution: number, sentence: string) => ({
  feature, value, usual, contribution, sentence,
}) // prettier-ignore
/** The feature that each reason comes from. */
const LEADS: Record<string, (row: FixtureDecision) => ReturnType<typeof says>> = {
  customer_new_device: () => says('customer_device_is_new_90d', 1, 0, 1.61, 'Whether this device is new'),
  customer_new_payee: () => says('customer_payee_is_new_90d', 1, 0, 0.7, 'Whether this payee is new'),
  customer_amount_above_largest: () => says('customer_amount_to_max_30d', 7.4, 0.3, 2.21, 'Amount as a multiple of the largest'),
  customer_amount_above_usual: () => says('customer_amount_to_mean_30d', 9.1, 0.9, 1.44, 'Amount as a multiple of the mean'),
  customer_quick_succession: () => says('customer_idle_s_90d', 41, 86_000, 0.62, 'Since the last transaction'),
  payee_many_customers: () => says('payee_customers_1h', 14, 1, 1.93, 'Different customers with this payee'),
  card_burst: () => says('card_count_10m', 9, 1, 1.36, 'Transactions of this card'),
  night: () => says('is_night', 1, 0, 0.28, 'Between 20:00 and 06:00'),
  abroad: () => says('is_abroad', 1, 0, 0.9, 'Outside Brazil'),
} // prettier-ignore

const OUTCOMES = { allow: 'posted', deny: 'denied', review: null, step_up: null }
const LABELLED_AFTER_MS = 20 * DAY_MS

/** One decision with what became of it; of one that somebody must look at with its alert and what led to it. */
export function detailOf(row: FixtureDecision, alerts: readonly FixtureAlert[], nowMs: number) {
  const isFlagged = row.verdict !== 'allow'
  const isKnown = Date.parse(row.event_time) < nowMs - LABELLED_AFTER_MS
  const isFraud = row.customer_id === KNOWN_CUSTOMER && row.verdict === 'deny'
  const standOuts = row.reasons.flatMap((reason) => LEADS[reason]?.(row) ?? [])
  return {
    ...row,
    outcome: OUTCOMES[row.verdict],
    label: isFraud ? 'account_takeover' : isKnown ? 'legitimate' : null,
    alert_id: alerts.find(({ members }) => members.includes(row))?.alert_id ?? null,
    stand_outs: isFlagged ? standOuts.sort((one, other) => other.contribution - one.contribution) : [],
    challenger: 'fraud-5',
    challenger_probability: Math.min(0.995, row.probability * 1.02),
    challenger_verdict: row.verdict === 'step_up' ? 'deny' : row.verdict,
  }
}
