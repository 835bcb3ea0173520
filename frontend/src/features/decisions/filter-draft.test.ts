import { describe, expect, test } from 'vitest'
import { localText, readTexts, textsOf } from '@/features/decisions/filter-draft'

const NOTHING = textsOf({}, 'en')

describe('filters as they are typed', () => {
  test('are read back as they were written, in either language', () => {
    const filters = {
      channel: 'pix',
      customer_id: 'c000042',
      at_least_minor: '125050',
      from_time: '2025-11-24T03:00:00.000Z',
    }
    for (const language of ['en', 'pt-BR'] as const) {
      expect(readTexts(textsOf(filters, language), undefined)).toEqual({ filters, problems: {} })
    }
    expect(textsOf(filters, 'pt-BR').at_least_minor.text).toBe('1250,50')
  })

  test('say the reader’s own time, and ask for the instant that it is', () => {
    expect(localText('2025-11-24T03:00:00.000Z')).toBe('2025-11-24T00:00')
    expect(readTexts({ ...NOTHING, until_time: '2025-11-24T00:00' }, undefined).filters.until_time).toBe(
      '2025-11-24T03:00:00.000Z',
    )
  })

  test('keep the verdict, which has a switch of its own, and leave out what is empty', () => {
    expect(readTexts({ ...NOTHING, customer_id: '  ' }, 'deny')).toEqual({ filters: { verdict: 'deny' }, problems: {} })
  })

  test('name what cannot be read', () => {
    const typed = {
      ...NOTHING,
      payee_id: 'two words',
      at_least_minor: { text: 'much', language: 'en' } as const,
      from_time: '2025-11-24T10:00',
      until_time: '2025-11-24T10:00',
    }
    expect(readTexts(typed, undefined).problems).toEqual({
      payee_id: 'id',
      at_least_minor: 'unreadable',
      until_time: 'order',
    })
  })
})
