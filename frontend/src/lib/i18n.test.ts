import { describe, expect, test } from 'vitest'
import { IntlMessageFormat } from 'intl-messageformat'
import { humanise, makeI18n } from '@/lib/i18n'
import accountsEn from '@/lib/messages/accounts.en'
import accountsPt from '@/lib/messages/accounts.pt-BR'
import chainEn from '@/lib/messages/chain.en'
import chainPt from '@/lib/messages/chain.pt-BR'
import casesEn from '@/lib/messages/cases.en'
import casesPt from '@/lib/messages/cases.pt-BR'
import customersEn from '@/lib/messages/customers.en'
import customersPt from '@/lib/messages/customers.pt-BR'
import moneyEn from '@/lib/messages/money.en'
import moneyPt from '@/lib/messages/money.pt-BR'
import officeEn from '@/lib/messages/office.en'
import officePt from '@/lib/messages/office.pt-BR'
import commonEn from '@/lib/messages/en'
import commonPt from '@/lib/messages/pt-BR'
import riskEn from '@/lib/messages/risk.en'
import riskPt from '@/lib/messages/risk.pt-BR'
import shortcutsEn from '@/lib/messages/shortcuts.en'
import shortcutsPt from '@/lib/messages/shortcuts.pt-BR'

const PARTS = [commonEn, shortcutsEn, riskEn, chainEn, accountsEn, customersEn, moneyEn, casesEn, officeEn]
const en = {
  ...commonEn,
  ...shortcutsEn,
  ...riskEn,
  ...chainEn,
  ...accountsEn,
  ...customersEn,
  ...moneyEn,
  ...casesEn,
  ...officeEn,
}
const pt = {
  ...commonPt,
  ...shortcutsPt,
  ...riskPt,
  ...chainPt,
  ...accountsPt,
  ...customersPt,
  ...moneyPt,
  ...casesPt,
  ...officePt,
}

interface Parsed {
  value?: string
  type: number
  options?: Record<string, { value: Parsed[] }>
}

const ARGUMENT = 1
const SELECT = 5
const PLURAL = 6
const SAME_IN_BOTH = [
  'case.bytes',
  'chain.algorithm.ed25519',
  'chain.algorithm.ml-dsa-65',
  'chain.at',
  'channel.boleto',
  'channel.pix',
  'channel.ted',
  'customer.at',
  'decision.usual',
  'entryMode.chip',
  'filter.chip',
  'limits.name',
  'live.p99.short',
  'movements.at',
  'nav.compliance',
  'risk.at',
  'risk.inMoney',
  'risk.percent',
]

/** The names of the values that a message takes, in whatever branch, and the branches of each choice among words. */
function namesOf(parsed: readonly Parsed[]): string[] {
  return parsed.flatMap(({ type, value, options }) => [
    ...(type >= ARGUMENT && type <= PLURAL && value !== undefined ? [value] : []),
    ...(type === SELECT ? Object.keys(options ?? {}).map((word) => `${value}: ${word}`) : []),
    ...Object.values(options ?? {}).flatMap((option) => namesOf(option.value)),
  ])
}

const placeholders = (message: string) => new Set(namesOf(new IntlMessageFormat(message, 'en').getAst() as Parsed[]))

describe('messages', () => {
  test('are the same in both languages, none left out and none too many', () => {
    expect(Object.keys(pt).sort()).toEqual(Object.keys(en).sort())
  })

  test('of some pages hide none that all pages have', () => {
    expect(PARTS.flatMap((part) => Object.keys(part)).sort()).toEqual(Object.keys(en).sort())
  })

  test('are none empty, and none left in English but names and what is spelt alike', () => {
    expect(Object.entries({ ...en, ...pt }).filter(([, message]) => message.trim() === '')).toEqual([])
    const keys = Object.keys(en) as (keyof typeof en)[]
    expect(keys.filter((key) => (en[key] as string) === pt[key]).sort()).toEqual(SAME_IN_BOTH)
  })

  test.each(Object.keys(en) as (keyof typeof en)[])('%s takes the same values in both languages and parses', (key) => {
    expect(placeholders(pt[key])).toEqual(placeholders(en[key]))
    expect(() => new IntlMessageFormat(pt[key], 'pt-BR')).not.toThrow()
    expect(() => new IntlMessageFormat(en[key], 'en')).not.toThrow()
  })

  test('count in the grammar of the language', () => {
    const portuguese = makeI18n('pt-BR', commonPt)
    expect(portuguese.t('live.mix.total', { count: 1 })).toBe('1 decisão')
    expect(portuguese.t('live.mix.total', { count: 12_000 })).toBe('12.000 decisões')
  })

  test('tell which codes they have words for', () => {
    const codes = makeI18n('en', commonEn).codesOf('channel')
    expect(codes).toEqual(['pix', 'card', 'boleto', 'ted', 'cash', 'internal'])
  })

  test('make a reason readable that nobody has worded yet', () => {
    const english = makeI18n('en', commonEn)
    expect(english.word('reason', 'pix_night_limit')).toBe('Pix above the night limit')
    expect(english.word('reason', 'some_new_rule')).toBe('Some new rule')
    expect(humanise('a_b-c')).toBe('A b c')
  })
})
