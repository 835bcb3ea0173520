import { expect, test } from 'vitest'
import { isLate, rhythmOf } from '@/features/chain/rhythm'

const at = (...seconds: number[]) => seconds.map((second) => ({ made_at_us: second * 1_000_000 }))

test('the rhythm is the middle distance between blocks, which one long pause does not move', () => {
  expect(rhythmOf(at(1_050, 1_040, 1_030, 20, 10))).toEqual({ blocks: 4, everyMs: 10_000 })
})

test('fewer than two blocks have no rhythm, and are never late', () => {
  expect(rhythmOf(at(10))).toBeNull()
  expect(isLate(86_400_000, null)).toBe(false)
})

test('a chain is late after six of its distances, and never within a minute', () => {
  const rhythm = { blocks: 9, everyMs: 20_000 }
  expect(isLate(120_000, rhythm)).toBe(false)
  expect(isLate(120_001, rhythm)).toBe(true)
  expect(isLate(59_000, { blocks: 9, everyMs: 100 })).toBe(false)
})
