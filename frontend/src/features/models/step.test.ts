import { describe, expect, test } from 'vitest'
import { stepsOf } from '@/features/models/model-moves'
import { askedFor, stepOf } from '@/features/models/step'

describe('a step', () => {
  test('is asked for as the API wants it: a hold is a promotion that changes nothing, a rollback names no version', () => {
    expect(askedFor('hold', 4, 'why')).toEqual({ kind: 'promote', version: 4, dry_run: true, why: 'why' })
    expect(askedFor('promote', 4, 'why')).toEqual({ kind: 'promote', version: 4, dry_run: false, why: 'why' })
    expect(askedFor('rollback', 4, 'why')).toEqual({ kind: 'rollback', version: null, dry_run: false, why: 'why' })
    expect(stepOf(askedFor('hold', 4, 'why'))).toBe('hold')
  })

  test('is offered by where a version stands', () => {
    expect(stepsOf({ aliases: ['champion'] })).toEqual(['rollback'])
    expect(stepsOf({ aliases: ['challenger'] })).toEqual(['promote', 'hold'])
    expect(stepsOf({ aliases: [] })).toEqual(['promote', 'hold', 'challenge'])
  })
})
