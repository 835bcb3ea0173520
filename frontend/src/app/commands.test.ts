import { Pause } from 'lucide-react'
import { describe, expect, test } from 'vitest'
import { matching, rank } from '@/app/commands'

describe('a label', () => {
  test('answers its beginning best, then the beginnings of its words, then any part of it', () => {
    expect(rank('Hold or resume the feed', 'hold o')).toBe(3)
    expect(rank('Hold or resume the feed', 'fee res')).toBe(2)
    expect(rank('Hold or resume the feed', 'sume')).toBe(1)
    expect(rank('Hold or resume the feed', 'alert')).toBe(0)
  })

  test('is found without its accents, in any case', () => {
    expect(rank('Decisões', 'DECISO')).toBe(3)
    expect(rank('Idioma: Português (Brasil)', 'portugues')).toBe(2)
  })

  test('answers nothing typed, and no sign alone', () => {
    expect(rank('Alerts', '  ')).toBe(3)
    expect(rank('Alerts', '§')).toBe(0)
  })
})

describe('what matches', () => {
  const choice = (label: string) => ({ label, icon: Pause, run: () => undefined })
  const groups = [
    { heading: 'command.go', choices: [choice('Live bank'), choice('Alerts')] },
    { heading: 'command.act', choices: [choice('Theme: light'), choice('Light the lamp')] },
  ] as const
  const labels = (typed: string) =>
    matching(groups, typed).map((group) => group.choices.map((one) => one.label).join(', '))

  test('is in its own order while nothing is typed', () => {
    expect(labels('')).toEqual(['Live bank, Alerts', 'Theme: light, Light the lamp'])
  })

  test('comes best first, the better group above', () => {
    expect(labels('l')).toEqual(['Live bank, Alerts', 'Light the lamp, Theme: light'])
    expect(labels('the')).toEqual(['Theme: light, Light the lamp'])
    expect(labels('light')).toEqual(['Light the lamp, Theme: light'])
    expect(labels('nothing of it')).toEqual([])
  })
})
