import { describe, expect, test } from 'vitest'
import { findingsOf, findingsOfWhole, markedAt } from '@/features/risk/marks'
import type { Finding } from '@/features/risk/types'

const finding = (where: string, more: Partial<Finding> = {}): Finding => ({
  where,
  code: null,
  message: 'wrong',
  hint: null,
  line: null,
  column: null,
  offset: null,
  length: null,
  shown: null,
  ...more,
})

describe('the place of a finding', () => {
  test('cuts the expression there', () => {
    expect(markedAt('amount_minr > 1', { offset: 0, length: 11 })).toEqual({
      before: '',
      marked: 'amount_minr',
      after: ' > 1',
    })
  })

  test('is counted in characters, not in halves of them', () => {
    expect(markedAt('"😀" == x', { offset: 7, length: 1 })).toEqual({ before: '"😀" == ', marked: 'x', after: '' })
  })

  test('past the end is the last character', () => {
    expect(markedAt('a &&', { offset: 4, length: 0 })).toEqual({ before: 'a &', marked: '&', after: '' })
    expect(markedAt('abc', { offset: 1, length: 99 })?.marked).toBe('bc')
  })

  test('is nowhere without an offset or a text', () => {
    expect(markedAt('a', { offset: null, length: null })).toBeNull()
    expect(markedAt('', { offset: 0, length: 1 })).toBeNull()
  })
})

describe('findings', () => {
  const rule = (code: string, when: string) => ({ code, when, action: 'review' as const, sentence: code })
  const [one, other] = [rule('one', 'a'), rule('other', 'b')]
  const checked = {
    document: { review_from: 0, deny_from: 1, rules: [one, other] },
    findings: [
      finding('rules[1].when'),
      finding('rules[1]'),
      finding('rules[10].when'),
      finding('thresholds'),
      finding('segments'),
    ],
  }

  test('belong to the rule that was checked at their place, wherever it stands now', () => {
    expect(findingsOf(checked, 'rules', other).map(({ where }) => where)).toEqual(['rules[1].when', 'rules[1]'])
    expect(findingsOf(checked, 'rules', one)).toEqual([])
  })

  test('are about nothing that was written since', () => {
    expect(findingsOf(checked, 'rules', { ...other, when: 'b > 1' })).toEqual([])
    expect(findingsOf(undefined, 'rules', other)).toEqual([])
  })

  test('of the whole are those of no single part', () => {
    expect(findingsOfWhole(checked).map(({ where }) => where)).toEqual(['thresholds', 'segments'])
  })
})
