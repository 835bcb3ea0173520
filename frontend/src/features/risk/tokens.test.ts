import { expect, test } from 'vitest'
import { tokensOf } from '@/features/risk/tokens'

const kinds = (text: string) => tokensOf(text).map(({ kind, text: part }) => `${kind}:${part}`)

test.each(['channel == "pix" && is_night == 1', '(a ? b : c) // why\n', '"never closed', 'ação § 1_000.5e-3', ''])(
  'the parts of %j together are the text',
  (text) => {
    expect(
      tokensOf(text)
        .map((token) => token.text)
        .join(''),
    ).toBe(text)
  },
)

test('names, words, texts, numbers and lists are told apart', () => {
  expect(kinds('payee_id in lists.mules').filter((part) => !part.startsWith('other'))).toEqual([
    'name:payee_id',
    'word:in',
    'list:lists.mules',
  ])
  expect(kinds('index>1.5')).toEqual(['name:index', 'operator:>', 'number:1.5'])
})

test('what stands in a text or a comment is nothing else', () => {
  expect(kinds('"a && 1"')).toEqual(['text:"a && 1"'])
  expect(kinds('1 // in 2')).toEqual(['number:1', 'other: ', 'comment:// in 2'])
})
