// The sentences are those of risk/gate.py, which alone knows where its bounds lie.
import { describe, expect, test } from 'vitest'
import { byDimension, failingGroups, gateOf, objectionsOf, outcomeOf, recallScale } from '@/features/models/findings'
import type { GateResult, GroupResult } from '@/features/models/types'

const group = (dimension: string, name: string): GroupResult => ({
  dimension,
  group: name,
  decisions: 1_000,
  frauds: 40,
  champion_recall: 0.7,
  challenger_recall: 0.6,
  champion_false_alarms: 10,
  challenger_false_alarms: 90,
  large: true,
})
const PIX = group('channel', 'pix')
const NIGHT = group('part of the day', 'night')
const SMALL = group('amount', '100 to 500')

const gate = (problems: string[]): GateResult => ({
  decisions: 3_000,
  frauds: 120,
  champion_average_precision: 0.69,
  challenger_average_precision: 0.71,
  gain: 0.02,
  gain_low: -0.01,
  gain_high: 0.05,
  champion_us: 2.1,
  challenger_us: 9.4,
  groups: [PIX, NIGHT, SMALL],
  problems,
})

const ALL = [
  'it is not better beyond chance: average precision +0.0200, 95% between -0.0100 and +0.0500',
  'channel pix: 90 false alarms, the champion has 10',
  'part of the day night: it finds 60% of the frauds, the champion 70%',
  'it takes 9.4 us a decision, the champion 2.1 us',
  'something that only the gate knows',
]

describe('what speaks against a version', () => {
  test('is told by what it is about, and in the gate’s own words where nobody knows better', () => {
    expect(objectionsOf(gate(ALL))).toEqual([
      { kind: 'chance' },
      { kind: 'alarms', group: PIX },
      { kind: 'recall', group: NIGHT },
      { kind: 'slow' },
      { kind: 'other', text: 'something that only the gate knows' },
    ])
  })

  test('marks the groups that it names and no other', () => {
    expect(failingGroups(gate(ALL))).toEqual(new Set([PIX, NIGHT]))
    expect(failingGroups(gate([]))).toEqual(new Set())
  })
})

describe('what became of a move', () => {
  const move = { kind: 'promote', status: 'done', dry_run: false, result: gate([]) } as const

  test('follows from the gate, whatever its status says', () => {
    expect(outcomeOf(move)).toBe('promoted')
    expect(outcomeOf({ ...move, dry_run: true })).toBe('open')
    expect(outcomeOf({ ...move, result: gate(ALL) })).toBe('closed')
    expect(outcomeOf({ ...move, status: 'running', result: null })).toBe('going')
    expect(outcomeOf({ ...move, status: 'failed', result: null })).toBe('failed')
  })

  test('is a promotion also where a worker went on with what another had carried out', () => {
    const resumed = { ...move, result: { version: 5 } }
    expect(gateOf(resumed)).toBeNull()
    expect(outcomeOf(resumed)).toBe('promoted')
  })
})

test('groups stand by dimension, in the order in which they came', () => {
  expect(byDimension([PIX, NIGHT, group('channel', 'card')]).map(([name, groups]) => [name, groups.length])).toEqual([
    ['channel', 2],
    ['part of the day', 1],
  ])
})

test('the scale of the frauds found holds them all, and leaves out groups that had none', () => {
  const none = { ...SMALL, frauds: 0, champion_recall: 0, challenger_recall: 0 }
  const { from, to } = recallScale([PIX, none])
  expect(from).toBeGreaterThan(0.5)
  expect(from).toBeLessThan(0.6)
  expect(to).toBeGreaterThan(0.7)
})
