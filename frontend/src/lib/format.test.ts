import { describe, expect, test } from 'vitest'
import { formatsOf, shortId, tinyId } from '@/lib/format'

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

describe('formats', () => {
  const portuguese = formatsOf('pt-BR')
  const english = formatsOf('en')

  test('write money in minor units of its own currency', () => {
    expect(plain(portuguese.money(125_000, 'BRL'))).toBe('R$ 1.250,00')
    expect(english.money(125_000, 'BRL')).toBe('R$1,250.00')
    expect(plain(portuguese.money(-125_000, 'BRL'))).toBe('\u2212R$ 1.250,00')
    expect(english.money(1_250, 'JPY')).toBe('¥1,250')
    expect(plain(english.money(125_000, 'BHD'))).toBe('BHD 125.000')
    expect(plain(english.money(125_000, 'COP'))).toBe('COP 1,250.00')
  })

  test('choose the unit that keeps a duration short', () => {
    expect(english.duration(412)).toBe('412 µs')
    expect(english.duration(1_900)).toBe('1.90 ms')
    expect(english.duration(48_300)).toBe('48.3 ms')
    expect(english.duration(2_500_000)).toBe('2.50 s')
    expect(portuguese.duration(1_900)).toBe('1,90 ms')
  })

  test('tell the day of what did not happen today', () => {
    const evening = Date.parse('2025-11-24T23:30:00-03:00')
    expect(english.day(evening)).toBe('Nov 24')
    expect(portuguese.day(evening)).toBe('24 de nov.')
    expect(english.date(evening)).toBe('Nov 24, 2025')
  })

  test('name a country in the language of the reader', () => {
    expect(portuguese.country('BR')).toBe('Brasil')
    expect(english.country('ES')).toBe('Spain')
    expect(english.country('QZ')).toBe('QZ')
  })

  test('tell a small probability as small, and not as nothing', () => {
    expect([0.973, 0.1, 0.034, 0.0002, 0].map(english.probability)).toEqual(['97%', '10%', '3.4%', '< 0.1%', '0.0%'])
  })

  test('never tell an age below zero', () => {
    expect(english.ago(-5_000)).toBe(english.ago(0))
    expect(english.ago(12_000)).toBe('12s ago')
  })

  test('shorten ids without hiding which one it is', () => {
    expect(shortId('c000042')).toBe('c000042')
    expect(shortId('0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01')).toBe('0190a3f2…6b01')
    expect(tinyId('0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01')).toBe('…7e6b01')
  })
})
