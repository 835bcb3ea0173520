import { expect, test } from 'vitest'
import { moveOf } from '@/features/alerts/steady-scroll'

const at = (starts: Record<string, number>) => new Map(Object.entries(starts))

test('what comes above moves the list by its height', () => {
  expect(moveOf(at({ a: 0, b: 100, c: 200 }), at({ new: 0, a: 100, b: 200, c: 300 }))).toBe(100)
})

test('an alert that goes to the top takes nothing with it', () => {
  expect(moveOf(at({ b: 100, c: 200, d: 300 }), at({ c: 0, a: 100, b: 200, d: 300 }))).toBe(0)
})

test('a list of which nothing is left does not move', () => {
  expect(moveOf(at({ a: 0 }), at({ b: 0 }))).toBe(0)
  expect(moveOf(at({}), at({ b: 0 }))).toBe(0)
})
