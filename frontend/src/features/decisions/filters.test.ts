import { describe, expect, test } from 'vitest'
import { chosen, filtersOf, pathOf, withFilters, without } from '@/features/decisions/filters'

const of = (text: string) => filtersOf(new URLSearchParams(text))

describe('the filters of an address', () => {
  test('are the API’s own, by their own names', () => {
    const text = 'verdict=deny&channel=pix&customer_id=c000042&at_least_minor=50000&from_time=2025-11-24T03:00:00.000Z'
    expect(of(text)).toEqual(Object.fromEntries(new URLSearchParams(text)))
  })

  test('leave out what the API would refuse', () => {
    expect(
      of('verdict=maybe&channel=cheque&customer_id=a b&at_least_minor=-5&from_time=yesterday&until_time='),
    ).toEqual({})
  })

  test('change without closing the panel that is open', () => {
    const search = new URLSearchParams('decision=0193&verdict=deny&payee_id=c1')
    expect(withFilters(search, { verdict: 'review' }).toString()).toBe('decision=0193&verdict=review')
  })

  test('are counted and removed one by one, the verdict apart', () => {
    const filters = of('verdict=deny&payee_id=c1&channel=ted')
    expect(chosen(filters)).toEqual([
      ['channel', 'ted'],
      ['payee_id', 'c1'],
    ])
    expect(chosen(without(filters, 'payee_id'))).toEqual([['channel', 'ted']])
  })

  test('make an address that means the same', () => {
    const filters = { customer_id: 'user:1@bank', until_time: '2025-11-24T00:00:00+03:00' }
    expect(of(pathOf(filters).split('?')[1] ?? '')).toEqual(filters)
  })
})
