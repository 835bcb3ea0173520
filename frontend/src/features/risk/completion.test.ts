import { describe, expect, test } from 'vitest'
import { completed, placeAt, suggestionsFor, type Known } from '@/features/risk/completion'

const name = (code: string, kind: string, sentence: string, words: string[] = []) => ({
  name: code,
  kind,
  source: 'event',
  sentence,
  words,
})
const KNOWN: Known = {
  names: [
    name('amount_minor', 'int', 'The amount in minor units'),
    name('channel', 'enum', 'How the money moves', ['pix', 'card', 'cash']),
    name('is_night', 'double', 'Between 20:00 and 06:00'),
    name('customer_count_1h', 'double', 'Transactions of the customer in the last hour'),
  ],
  functions: ['abs', 'has'],
  lists: [
    {
      list_id: 'mules',
      kind: 'deny',
      field: 'payee_id',
      sentence: 'Pass money on',
      entries: 1,
      made_by: 'user:1',
      made_at: '2026-11-24T16:00:00Z',
    },
  ],
}

/** What is offered at the bar in a text. */
function at(marked: string): string[] {
  const caret = marked.indexOf('|')
  const place = placeAt(marked.replace('|', ''), caret)
  return place ? suggestionsFor(place, KNOWN, ({ sentence }) => sentence).map(({ insert }) => insert) : ['nothing']
}

describe('what is offered', () => {
  test.each([
    ['am|', ['amount_minor']],
    ['abs(cou|', ['customer_count_1h']],
    ['amount_minor > 1 && nig|', ['is_night']],
  ])('for a part of a name in %j is that name', (marked, wanted) => {
    expect(at(marked)).toEqual(wanted)
  })

  test('is found by what it measures too, after what is found by name', () => {
    expect(at('money|')).toEqual(['channel', 'lists.mules'])
  })

  test('is a list after its prefix, and a function with its bracket', () => {
    expect(at('payee_id in lists.|')).toEqual(['lists.mules'])
    expect(at('ha|')).toEqual(['has(', 'channel'])
  })

  test('are the words of the name that a text is compared with', () => {
    expect(at('channel == "|"')).toEqual(['pix', 'card', 'cash'])
    expect(at('channel in ["pix", "ca|')).toEqual(['card', 'cash'])
    expect(at('channel == "pix" && "|"')).toEqual(['nothing'])
  })

  test('is nothing in a comment, after a closed text, or for a name that is complete', () => {
    expect(at('1 // am|')).toEqual(['nothing'])
    expect(at('channel == "pix"|')).toEqual(['nothing'])
    expect(at('amount_minor|')).toEqual([])
  })
})

test('a suggestion replaces the whole name around the caret', () => {
  const text = 'is_nigh == 1'
  const place = placeAt(text, 3)
  const [first] = place ? suggestionsFor(place, KNOWN, () => '') : []
  expect(place && first && completed(text, place, first)).toEqual({ text: 'is_night == 1', caret: 8 })
})
