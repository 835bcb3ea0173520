import { describe, expect, test } from 'vitest'
import { amountText, readAmount, toldIn, typedAmount, type Wanted } from '@/lib/amounts'
import { decimalsOf } from '@/lib/currency'
import type { Language } from '@/lib/format'

const read = (text: string, wanted: Wanted | string = 'BRL', language: Language = 'en') =>
  readAmount({ text, language }, typeof wanted === 'string' ? { currency: wanted } : wanted)
const said = (...args: Parameters<typeof read>) => {
  const { minor, problem } = read(...args)
  return minor ?? problem
}

describe('an amount that is typed', () => {
  test.each([
    ['15.00', 'BRL', 1_500],
    ['15', 'BRL', 1_500],
    ['0.5', 'BRL', 50],
    ['.5', 'BRL', 50],
    [' 1,234.56 ', 'BRL', 123_456],
    ['1 234.56', 'BRL', 123_456],
    ['1,500', 'JPY', 1_500],
    ['1500', 'JPY', 1_500],
    ['1.005', 'BHD', 1_005],
    ['1.5', 'BHD', 1_500],
    ['12.34', 'COP', 1_234],
    ['0', 'BRL', 0],
  ])('in English as %j of %s is %j minor units', (text, currency, minor) => {
    expect(said(text, currency)).toBe(minor)
  })

  test.each([
    ['15,00', 'BRL', 1_500],
    ['1.234,56', 'BRL', 123_456],
    ['1.500', 'BRL', 150_000],
    ['1.500', 'JPY', 1_500],
    ['1,005', 'BHD', 1_005],
  ])('in Portuguese as %j of %s is %j minor units', (text, currency, minor) => {
    expect(said(text, currency, 'pt-BR')).toBe(minor)
  })

  test.each([
    ['R$ 1.234,56', 'BRL', 'pt-BR', 123_456],
    ['R$\u00a01.234,56', 'BRL', 'pt-BR', 123_456],
    ['1.234,56 BRL', 'BRL', 'pt-BR', 123_456],
    ['R$1,234.56', 'BRL', 'en', 123_456],
    ['brl 15', 'BRL', 'en', 1_500],
    ['¥1,500', 'JPY', 'en', 1_500],
    ['JP¥ 1.500', 'JPY', 'pt-BR', 1_500],
    ['BHD\u00a01.005', 'BHD', 'en', 1_005],
    ['US$ 3,10', 'USD', 'pt-BR', 310],
  ] as const)('may be pasted as %j of %s in %s', (text, currency, language, minor) => {
    expect(said(text, currency, language)).toBe(minor)
  })

  test.each([
    ['', 'none'],
    ['  ', 'none'],
    ['five', 'unreadable'],
    ['15.', 'unreadable'],
    ['1e3', 'unreadable'],
    ['1.2.3', 'unreadable'],
    ['15,00', 'unreadable'],
    ['12,34.56', 'unreadable'],
    ['10 mil', 'unreadable'],
    ['R$', 'unreadable'],
    ['-5', 'negative'],
    ['\u2212R$5.00', 'negative'],
    ['(5.00)', 'negative'],
    ['US$ 5', 'currency'],
    ['5 EUR', 'currency'],
    ['1.005', 'decimals'],
    ['1.000', 'decimals'],
  ])('as %j is none: %s', (text, problem) => {
    expect(said(text)).toBe(problem)
  })

  test('has no more decimals than its currency', () => {
    expect([said('1.5', 'JPY'), said('1.0005', 'BHD'), said('1,5', 'JPY', 'pt-BR')]).toEqual(Array(3).fill('decimals'))
  })

  test('lies within what will do, to the last unit', () => {
    const wanted = { currency: 'BRL', least: 1, most: 100_000_000_000 }
    expect([said('0', wanted), said('0.01', wanted)]).toEqual(['small', 1])
    expect([said('1000000000.00', wanted), said('1000000000.01', wanted)]).toEqual([100_000_000_000, 'large'])
    expect(said('9'.repeat(40))).toBe('large')
  })

  test('is never what a binary fraction makes of it', () => {
    expect(said('1.15')).toBe(115)
    expect(said('90071992547409.91')).toBe(Number.MAX_SAFE_INTEGER)
    expect(said('90071992547409.92')).toBe('large')
    expect(said('9007199254740.991', 'BHD')).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('an amount that is edited', () => {
  test('has all the decimals of its currency, as its language writes them', () => {
    expect(amountText(1_500, 'BRL', 'en')).toBe('15.00')
    expect(amountText(1_500, 'BRL', 'pt-BR')).toBe('15,00')
    expect(amountText(1_500, 'JPY', 'pt-BR')).toBe('1500')
    expect(amountText(1_500, 'BHD', 'pt-BR')).toBe('1,500')
    expect([amountText(5, 'BRL', 'en'), amountText(5, 'BHD', 'en'), amountText(0, 'JPY', 'en')]).toEqual([
      '0.05',
      '0.005',
      '0',
    ])
  })

  test.each(['BRL', 'JPY', 'BHD', 'CLF', 'COP'])('of %s comes back from its text in either language', (currency) => {
    for (const language of ['en', 'pt-BR'] as const)
      for (const minor of [0, 1, 10, 115, 99_999, 123_456_789, Number.MAX_SAFE_INTEGER])
        expect(readAmount(typedAmount(minor, currency, language), { currency }).minor).toBe(minor)
  })

  test('is told anew to whoever changes the language', () => {
    const typed = { text: '1,500', language: 'en' } as const
    expect(toldIn('pt-BR', typed, 'BRL')).toEqual({ text: '1500,00', language: 'pt-BR' })
    expect(toldIn('en', typed, 'BRL')).toBe(typed)
    expect(toldIn('pt-BR', { text: 'some', language: 'en' }, 'BRL').text).toBe('some')
  })
})

test('a currency has the decimals of ISO 4217, and not those with which it is mostly written', () => {
  expect(['BRL', 'JPY', 'BHD', 'COP', 'IQD', 'CLF'].map(decimalsOf)).toEqual([2, 0, 3, 2, 3, 4])
})
