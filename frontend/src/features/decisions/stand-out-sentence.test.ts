import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { standOutSentence } from '@/features/decisions/stand-out-sentence'
import { makeI18n } from '@/lib/i18n'
import en from '@/lib/messages/en'
import pt from '@/lib/messages/pt-BR'

const portuguese = makeI18n('pt-BR', pt)
const english = makeI18n('en', en)
const CATALOGUE = readFileSync('../docs/features.md', 'utf8')
// What says nothing by itself, and so never stands out: risk/reasons.py.
const NEVER =
  /^(local_hour|weekday|amount_cents|(business_)?day_of_month|(place|device)_is_known|is_(pix|card|boleto|ted|cash|debit|internal|contactless|business_(day|hour)))$/
const SENTENCE = 'a sentence of the API'
const standOut = (feature: string) => ({ feature, value: 14, usual: 1, sentence: SENTENCE })

const rows = [...CATALOGUE.matchAll(/^\| `([a-z_0-9]+)` \|.*\| `([a-z_]+)` \|$/gm)]
const features = rows.flatMap(([, feature]) => (feature && !NEVER.test(feature) ? [feature] : []))
const reasons = rows.flatMap(([, feature, reason]) => (feature && reason && !NEVER.test(feature) ? [reason] : []))

describe('what stands out', () => {
  test('is told in the language of the reader', () => {
    expect(standOutSentence(standOut('payee_customers_1h'), portuguese)).toBe(
      'Clientes diferentes com este recebedor na última hora',
    )
    expect(standOutSentence(standOut('customer_paid_1d'), english)).toBe(
      'Outgoing amount of the customer in the last day',
    )
    expect(standOutSentence(standOut('is_night'), portuguese)).toBe('Entre 20:00 e 6:00 em Brasília')
  })

  test('is told in the words of the API where nobody has worded it yet', () => {
    expect(standOutSentence(standOut('moon_phase_30d'), portuguese)).toBe(SENTENCE)
  })

  test('is worded for each feature and each reason of the catalogue', () => {
    expect(features.length).toBeGreaterThan(40)
    expect(features.filter((feature) => standOutSentence(standOut(feature), portuguese) === SENTENCE)).toEqual([])
    expect(reasons.filter((reason) => !(`reason.${reason}` in pt))).toEqual([])
  })
})
