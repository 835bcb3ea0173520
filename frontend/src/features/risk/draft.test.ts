import { describe, expect, test } from 'vitest'
import { draftOf, moved, newRule, newSegment, read } from '@/features/risk/draft'
import type { PolicyDocument } from '@/features/risk/types'

const DOCUMENT: PolicyDocument = {
  review_from: 0.05,
  step_up_from: 0.3,
  deny_from: 0.6,
  control_group_ppm: 5_000,
  rules: [
    { code: 'large', when: 'amount_minor > 20000', action: 'review', sentence: 'A large payment' },
    { code: 'night', when: 'is_night >= 1', action: 'deny', sentence: 'At night', shadow: true, valid_from: 1 },
  ],
  segments: [{ code: 'pix', when: 'channel == "pix"', review_from: 0.2, deny_from: 0.3 }],
  costs: {
    fraud_loss: 1,
    review_minor: 1_550,
    review_catches: 0.95,
    delay_minor: 200,
    denial_minor: 2_000,
    denial_loss: 0.02,
    step_up_minor: 50,
  },
}

describe('a draft', () => {
  test.each(['en', 'pt-BR'] as const)('of a document means that document again, in %s', (language) => {
    expect(read(draftOf(DOCUMENT, language))).toEqual({ document: DOCUMENT, problems: {} })
  })

  test('of a document that leaves things out has them as by default', () => {
    const { document } = read(draftOf({ review_from: 0.1, deny_from: 0.2 }, 'en'))
    expect(document).toMatchObject({ control_group_ppm: 5_000, rules: [], segments: [] })
    expect(document.costs?.review_minor).toBe(1_500)
    expect('step_up_from' in document).toBe(false)
  })

  test('with open fields says which, and can be checked meanwhile', () => {
    const draft = draftOf(DOCUMENT, 'en')
    const broken = {
      ...draft,
      deny: 'much',
      controlGroup: '11',
      rules: [...draft.rules, { ...newRule(), code: 'Not A Code' }],
      segments: [newSegment({ review: '5', stepUp: 'x', deny: '6' })],
      costs: { ...draft.costs, review_minor: { text: '', language: 'en' as const } },
    }
    const { document, problems } = read(broken)
    expect(problems).toEqual({
      deny_from: 'share',
      control_group_ppm: 'controlGroup',
      'rules[2].code': 'code',
      'rules[2].when': 'required',
      'rules[2].sentence': 'required',
      'segments[0].code': 'required',
      'segments[0].when': 'required',
      'segments[0].step_up_from': 'share',
      'costs.review_minor': 'money',
    })
    expect(document.deny_from).toBe(1)
    expect(document.rules?.[2]).toMatchObject({ code: 'unnamed_2', when: 'true' })
  })
})

describe('a part', () => {
  test('moves one place, and nowhere past the ends', () => {
    expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })

  test('keeps its key wherever it goes', () => {
    const { rules } = draftOf(DOCUMENT, 'en')
    expect(new Set(rules.map(({ key }) => key)).size).toBe(rules.length)
  })
})
