import { describe, expect, test } from 'vitest'
import { parseDecimal, shareOf, shareText } from '@/lib/numbers'

describe('what is typed', () => {
  test.each([
    ['5', 5],
    [' 0,5 ', 0.5],
    ['12.25', 12.25],
    ['', null],
    ['-1', null],
    ['1.000,5', null],
    ['five', null],
  ])('%j is %j', (text, value) => {
    expect(parseDecimal(text)).toBe(value)
  })

  test('a percentage is a share exact to the millionth, within its bounds', () => {
    expect(shareOf('7')).toBe(0.07)
    expect(shareOf('0,0001')).toBe(0.000001)
    expect(shareOf('101')).toBeNull()
    expect(shareOf('11', 0.1)).toBeNull()
  })
})

test.each([0, 0.000001, 0.02, 0.07, 0.6, 1])('a share of %d comes back from its text in either language', (share) => {
  expect(shareOf(shareText(share, 'en'))).toBe(share)
  expect(shareOf(shareText(share, 'pt-BR'))).toBe(share)
})
