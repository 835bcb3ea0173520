/** A small bank that decides: enough of one for the page to be seen and tested, with the contract's own shapes. */
import { Dice } from './random'

export interface FixtureDecision {
  transaction_id: string
  event_time: string
  known_at: string
  scored_at: string
  channel: string
  direction: string
  amount: { amount_minor: number; currency: string }
  customer_id: string
  account_id: string
  card_id: string | null
  device_id: string | null
  ip: string | null
  payee_id: string | null
  merchant_id: string | null
  mcc: number | null
  country: string
  entry_mode: string
  verdict: 'allow' | 'review' | 'step_up' | 'deny'
  source: string
  probability: number
  anomaly: number
  rules: string[]
  shadow_rules: string[]
  reasons: string[]
  model: string
  policy: string
  feature_set: string
  truncated: boolean
  late: boolean
  control_group: boolean
  latency_us: number
  door: string
  adopted: boolean
  sequence: { epoch: number; n: number }
}

const PIX_REASONS = [
  ['customer_new_payee', 'customer_amount_above_largest', 'night'],
  ['takeover_pattern', 'customer_new_device', 'customer_new_payee', 'customer_amount_above_largest'],
  ['payee_many_payers', 'payee_many_customers'],
  ['pix_night_limit', 'customer_new_payee'],
  ['model_score', 'customer_quick_succession'],
] as const
const CARD_REASONS = [
  ['card_testing_burst', 'card_burst', 'card_small_amounts'],
  ['customer_amount_above_usual', 'abroad', 'card_not_present'],
  ['card_quick_succession', 'card_not_present', 'risky_merchant_category'],
] as const
const CASH_REASONS = [['cash_just_under_report', 'customer_many_transactions']] as const
const OTHER_REASONS = [
  ['customer_amount_above_largest', 'customer_new_payee'],
  ['model_score', 'customer_high_spending'],
] as const
const REASONS = { pix: PIX_REASONS, card: CARD_REASONS, cash: CASH_REASONS, boleto: OTHER_REASONS, ted: OTHER_REASONS }
const RULE_CODES = new Set([
  'takeover_pattern',
  'card_testing_burst',
  'payee_many_payers',
  'cash_just_under_report',
  'pix_night_limit',
])
const CHANNELS = ['pix', 'pix', 'pix', 'pix', 'pix', 'card', 'card', 'card', 'card', 'boleto', 'ted', 'cash'] as const
const MCCS = [5411, 5812, 4121, 5912, 5541, 5732]
const MAX_STORED = 3_000
export const padded = (letter: string, number: number) => `${letter}${String(number).padStart(6, '0')}`

export class Bank {
  readonly decisions: FixtureDecision[] = []
  private readonly dice: Dice
  private sequence = 1_204_518

  constructor(seed: number) {
    this.dice = new Dice(seed)
  }

  /** Decide one transaction that happened at `atMs`. */
  decide(atMs: number, forced: Partial<FixtureDecision> = {}): FixtureDecision {
    const { dice } = this
    const channel = dice.pick(CHANNELS)
    const customer = dice.below(10_000)
    const flagged = dice.chance(0.045)
    const verdict = flagged ? dice.pick(['review', 'review', 'review', 'deny', 'deny', 'step_up'] as const) : 'allow'
    const reasons: string[] = flagged ? [...dice.pick<readonly string[]>(REASONS[channel])] : []
    const amountMinor = Math.max(150, Math.round(dice.logNormal(flagged ? 92_000 : 7_400, 1.15)))
    const isCard = channel === 'card'
    const probability =
      verdict === 'allow'
        ? dice.between(0.0005, 0.09)
        : verdict === 'deny'
          ? dice.between(0.86, 0.99)
          : dice.between(0.42, 0.84)
    const latencyUs = Math.round(dice.logNormal(430, 0.34) + (dice.chance(0.015) ? dice.between(900, 2_600) : 0))
    const knownMs = atMs + dice.below(70)
    const decision: FixtureDecision = {
      transaction_id: dice.uuid(),
      event_time: new Date(atMs).toISOString(),
      known_at: new Date(knownMs).toISOString(),
      scored_at: new Date(knownMs + 1).toISOString(),
      channel,
      direction: 'debit',
      amount: { amount_minor: amountMinor, currency: 'BRL' },
      customer_id: padded('c', customer),
      account_id: dice.uuid(),
      card_id: isCard ? padded('k', customer) : null,
      device_id: isCard ? null : `${padded('d', customer)}-1`,
      ip: isCard ? null : padded('i', customer),
      payee_id: isCard
        ? padded('t', dice.below(4_000))
        : dice.chance(0.5)
          ? padded('c', dice.below(10_000))
          : dice.uuid(),
      merchant_id: isCard ? padded('m', dice.below(2_000)) : null,
      mcc: isCard ? dice.pick(MCCS) : null,
      country: 'BR',
      entry_mode: isCard ? dice.pick(['chip', 'contactless', 'online']) : 'app',
      verdict,
      source: 'scorer',
      probability,
      anomaly: flagged ? dice.between(0.5, 0.95) : dice.between(0.05, 0.4),
      rules: reasons.filter((code) => RULE_CODES.has(code)),
      shadow_rules: [],
      reasons,
      model: 'fraud-3',
      policy: 'policy-2',
      feature_set: 'fs-5f1c2a9be014',
      truncated: false,
      late: dice.chance(0.002),
      control_group: false,
      latency_us: latencyUs,
      door: dice.chance(0.3) ? 'rpc' : 'inbound',
      adopted: false,
      sequence: { epoch: 4, n: (this.sequence += 1) },
      ...forced,
    }
    this.decisions.unshift(decision)
    if (this.decisions.length > MAX_STORED) this.decisions.length = MAX_STORED
    return decision
  }
}
