import { describe, expect, test } from 'vitest'
import { oddsOf } from '@/features/decisions/odds'

const changes = (...contributions: number[]) => contributions.map((one) => oddsOf(one).change)

describe('a contribution to the log odds', () => {
  test('doubles the odds at ln 2 and triples them at ln 3, or close to it', () => {
    expect(changes(Math.log(2), 0.7, 0.65, Math.log(3), 1.12)).toEqual([
      'double',
      'double',
      'double',
      'triple',
      'triple',
    ])
  })

  test('is told as a multiple from one and a half on, and as a share below', () => {
    expect(changes(Math.log(1.5), 2, 0.4, 0.05)).toEqual(['times', 'times', 'more', 'more'])
    expect(oddsOf(2).factor).toBeCloseTo(7.389)
  })

  test('lowers them where it is below zero, and says nothing of a whole multiple there', () => {
    expect(changes(-0.2, -Math.log(2))).toEqual(['less', 'less'])
    expect(oddsOf(-Math.log(2)).factor).toBeCloseTo(0.5)
  })
})
