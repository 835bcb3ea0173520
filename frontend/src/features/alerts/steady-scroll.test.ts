import { expect, test } from 'vitest'
import { inSightOf, moveOf } from '@/features/alerts/steady-scroll'

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

test('what is drawn but not in sight does not say how far the list moved', () => {
  const drawn = [0, 94, 188, 282].map((start, index) => ({ key: `at ${start}`, index, start, end: start + 94 }))
  const before = inSightOf(drawn, { scrollTop: 100, clientHeight: 150 })
  expect(before).toEqual(at({ 'at 94': 94, 'at 188': 188 }))
  expect(moveOf(before, at({ 'at 0': 0, new: 94, 'at 94': 192, 'at 188': 286 }))).toBe(98)
})
