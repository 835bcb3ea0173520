import { describe, expect, test } from 'vitest'
import { filtersOf, readTexts, withFilters, without, type FilterTexts } from '@/features/accounts/filters'
import type { Typed } from '@/lib/amounts'

const typed = (text: string): Typed => ({ text, language: 'pt-BR' })

const NOTHING: FilterTexts = { category: '', atLeast: typed(''), atMost: typed(''), first: '', last: '' }

describe('an address', () => {
  test('says what is asked for, and what the API would refuse is left out', () => {
    const sound = 'q=caf%C3%A9&direction=out&category=people&at_least_minor=100&from=2025-11-01&to=2025-12-01'
    expect(filtersOf(new URLSearchParams(sound))).toEqual({
      q: 'café',
      direction: 'out',
      category: 'people',
      at_least_minor: '100',
      from: '2025-11-01',
      to: '2025-12-01',
    })
    const unsound = 'q=%2B%2B&direction=up&category=yachts&at_least_minor=1.5&at_most_minor=-2&from=2025-02-30&to=x'
    expect(filtersOf(new URLSearchParams(unsound))).toEqual({})
  })

  test('of which the period ends before it begins has no end', () => {
    expect(filtersOf(new URLSearchParams('from=2025-11-05&to=2025-11-05'))).toEqual({ from: '2025-11-05' })
  })

  test('keeps what else it says when filters change', () => {
    const after = withFilters(new URLSearchParams('tab=2&q=old&category=fuel'), { q: 'new' })
    expect(after.toString()).toBe('tab=2&q=new')
  })
})

describe('what is typed', () => {
  test('becomes filters of a half-open period, beside the words that stay', () => {
    const texts = {
      ...NOTHING,
      category: 'home',
      atLeast: typed('15,00'),
      atMost: typed('20'),
      first: '2025-11-01',
      last: '2025-11-30',
    }
    expect(readTexts(texts, { q: 'rent', category: 'fuel', from: '2020-01-01' }, 'BRL')).toEqual({
      filters: {
        q: 'rent',
        category: 'home',
        at_least_minor: '1500',
        at_most_minor: '2000',
        from: '2025-11-01',
        to: '2025-12-01',
      },
      problems: {},
    })
  })

  test('may be one day alone', () => {
    const { filters, problems } = readTexts({ ...NOTHING, first: '2025-11-24', last: '2025-11-24' }, {}, 'BRL')
    expect([filters, problems]).toEqual([{ from: '2025-11-24', to: '2025-11-25' }, {}])
  })

  test('is named where it cannot be read, or ends before it begins', () => {
    const texts = { ...NOTHING, atLeast: typed('ten'), first: '2025-11-24', last: '2025-11-23' }
    expect(readTexts(texts, {}, 'BRL').problems).toEqual({ atLeast: 'money', last: 'order' })
    expect(readTexts({ ...NOTHING, atLeast: typed('20'), atMost: typed('15') }, {}, 'BRL').problems).toEqual({
      atMost: 'order',
    })
  })
})

test('a filter is taken back without the others', () => {
  expect(without({ q: 'rent', category: 'home' }, 'category')).toEqual({ q: 'rent' })
})
