/** The rules of the fixture bank, the names that they may use, and a check that knows a misspelt name and crossed thresholds. */
export interface FixtureRule {
  code: string
  when: string
  action: string
  sentence: string
  mandatory?: boolean
  shadow?: boolean
}
export interface FixtureDocument {
  review_from: number
  step_up_from?: number
  deny_from: number
  rules?: FixtureRule[]
  segments?: { code: string; when: string; review_from: number; deny_from: number }[]
}

export const RULES: FixtureRule[] = [
  { code: 'pix_night_limit', when: 'channel == "pix" && direction == "debit" && is_night >= 1 && amount_minor > 100000', action: 'deny', sentence: 'A Pix above the night limit', mandatory: true },
  { code: 'card_testing_burst', when: 'channel == "card" && card_count_10m >= 6 && amount_minor < 2000', action: 'review', sentence: 'Many small purchases of one card within minutes' },
  { code: 'payee_many_payers', when: 'channel == "pix" && !has(mcc) && payee_customers_1h >= 12', action: 'review', sentence: 'Many customers pay one person within the hour' },
  { code: 'device_shared', when: 'direction == "debit" && device_customers_1d >= 4', action: 'review', sentence: 'One device serves many customers' },
  { code: 'takeover_pattern', when: 'direction == "debit" && customer_device_is_new_90d >= 1\n  && customer_payee_is_new_90d >= 1\n  && amount_minor >= 50000', action: 'step_up', sentence: 'A new device pays a new payee more than the customer ever paid' },
  { code: 'many_payees', when: 'channel == "pix" && customer_payees_1h >= 8', action: 'review', sentence: 'One customer pays many within the hour', shadow: true },
] // prettier-ignore

const name = (code: string, kind: string, source: string, sentence: string, words: string[] = []) => ({
  name: code, kind, source, sentence, words,
}) // prettier-ignore
export const NAMES = [
  name('amount_minor', 'int', 'event', 'The amount in minor units: R$ 1,000.00 is 100000'),
  name('channel', 'enum', 'event', 'How the money moves', ['pix', 'card', 'boleto', 'ted', 'cash', 'internal']),
  name('direction', 'enum', 'event', 'Whether the account pays (debit) or receives (credit)', ['debit', 'credit']),
  name('mcc', 'int', 'event', "The merchant's category (ISO 18245)"),
  name('probability', 'double', 'score', "The model's probability of fraud, from 0 to 1"),
  name('payee_id', 'id', 'id', 'Who is paid'),
  name('is_night', 'double', 'feature', 'Between 20:00 and 06:00'),
  name('card_count_10m', 'double', 'feature', 'Transactions of the card in the last 10 minutes'),
  name('customer_count_1h', 'double', 'feature', 'Transactions of the customer in the last hour'),
  name('customer_payees_1h', 'double', 'feature', 'Different payees of the customer in the last hour'),
  name('payee_customers_1h', 'double', 'feature', 'Different customers of the payee in the last hour'),
  name('device_customers_1d', 'double', 'feature', 'Different customers of the device in the last day'),
  name('customer_device_is_new_90d', 'double', 'feature', 'The customer never used the device in 90 days'),
  name('customer_payee_is_new_90d', 'double', 'feature', 'The customer never paid the payee in 90 days'),
]
const KNOWN = new Set([...NAMES.map((one) => one.name), 'has', 'in', 'true', 'false', 'abs', 'max', 'min', 'double'])
const PARTS = /"[^"]*"|lists\.(\w+)|[A-Za-z_]\w*/g

function ofExpression(where: string, code: string, when: string, lists: ReadonlySet<string>) {
  for (const match of when.matchAll(PARTS)) {
    const [found, list] = match
    const isWrong = list === undefined ? !found.startsWith('"') && !KNOWN.has(found) : !lists.has(list)
    if (!isWrong) continue
    const before = when.slice(0, match.index).split('\n')
    const near = NAMES.find((one) => one.name.slice(0, 4) === found.slice(0, 4))
    return [
      {
        where, code, message: list === undefined ? `there is no name ${found}` : `there is no list ${list}`,
        hint: near ? `did you mean ${near.name}?` : null, line: before.length, column: (before.at(-1)?.length ?? 0) + 1,
        offset: match.index, length: found.length, shown: null,
      },
    ] // prettier-ignore
  }
  return []
}

export function checked({ rules = [], segments = [], ...whole }: FixtureDocument, lists: ReadonlySet<string>) {
  const plain = { hint: null, line: null, column: null, offset: null, length: null, shown: null }
  const [review, deny] = [whole.review_from, whole.deny_from]
  const stepUp = whole.step_up_from ?? deny
  const isCrossed = !(review <= stepUp && stepUp <= deny)
  const said = `review_from ${review}, step_up_from ${stepUp} and deny_from ${deny} have to come in this order`
  return [
    ...rules.flatMap(({ code, when }, index) => ofExpression(`rules[${index}].when`, code, when, lists)),
    ...segments.flatMap(({ code, when }, index) => ofExpression(`segments[${index}].when`, code, when, lists)),
    ...rules.flatMap(({ code }, index) =>
      rules.findIndex((one) => one.code === code) < index
        ? [{ ...plain, where: `rules[${index}]`, code, message: `another rule is called ${code} at the same time` }]
        : [],
    ),
    ...(isCrossed ? [{ ...plain, where: 'thresholds', code: null, message: said }] : []),
  ]
}
