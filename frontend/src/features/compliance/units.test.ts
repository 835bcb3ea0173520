import { describe, expect, test } from 'vitest'
import { filledIn, read, shown, written } from '@/features/compliance/units'
import { formatsOf } from '@/lib/format'

const formats = formatsOf('en')
const said = (unit: string) => ({ day: 'days', hour: 'hours', times: 'times', oclock: 'h', count: '' })[unit] ?? unit

describe('a value', () => {
  test.each([
    ['minor', 5_000_000, 'R$50,000.00'],
    ['ppm', 800_000, '80%'],
    ['ppm', 825_000, '82.5%'],
    ['hundredths', 150, '1.5 times'],
    ['hundredths', 151, '1.51 times'],
    ['ms', 172_800_000, '2 days'],
    ['ms', 129_600_000, '36 hours'],
    ['hour', 20, '20 h'],
    ['count', 1_000, '1,000'],
  ] as const)('of %s is said as people say it', (unit, value, expected) => {
    expect(shown({ unit, value }, { formats, said })).toBe(expected)
  })

  test.each([
    ['minor', 80_050],
    ['ppm', 825_000],
    ['ms', 129_600_000],
    ['hundredths', 151],
    ['count', 7],
  ] as const)('of %s that is written and read again is the same', (unit, value) => {
    for (const language of ['en', 'pt-BR'] as const)
      expect(read(written({ unit, value }, language), { unit, value })).toBe(value)
  })

  test('that is no money is one with a comma as with a point', () => {
    expect(read({ text: '82,5', language: 'en' }, { unit: 'ppm', value: 1 })).toBe(825_000)
  })

  test.each(['', 'x', '-1', '1e3', '0.001', '1.2.3'])('that is written as %j is none', (text) => {
    expect(read({ text, language: 'en' }, { unit: 'minor', value: 1 })).toBeNull()
  })
})

test('within a rule only what belongs to the figure is said beside it', () => {
  const inRule = (unit: 'hundredths' | 'hour' | 'ms', value: number) =>
    shown({ unit, value }, { formats, said, inRule: true })
  expect([inRule('hundredths', 150), inRule('hour', 20), inRule('ms', 172_800_000)]).toEqual(['1.5', '20 h', '2 days'])
})

test('a rule has values in the place of names', () => {
  expect(filledIn('At least {pieces} of {amount_minor}.', (name) => `<${name}>`)).toBe(
    'At least <pieces> of <amount_minor>.',
  )
})
