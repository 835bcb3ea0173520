import { useCallback } from 'react'
import type { Objection } from '@/features/models/findings'
import type { GateResult, GroupResult } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { MINUS } from '@/lib/format'

/** A group's name in the reader's language, with what it is a group of. */
export function useGroupName(): (group: Pick<GroupResult, 'dimension' | 'group'>) => string {
  const { word } = useRisk()
  return useCallback(
    ({ dimension, group }) =>
      dimension === 'channel' ? word('channel', group) : word('gate.group', `${dimension}.${group}`, group),
    [word],
  )
}

/** What speaks against a version, as a sentence with its figures. */
export function useObjectionText({
  gain_low,
  gain_high,
  champion_us,
  challenger_us,
}: GateResult): (objection: Objection) => string {
  const { t, word, percent, count, decimal } = useRisk()
  const groupName = useGroupName()
  const signed = (value: number) => `${value < 0 ? MINUS : '+'}${decimal(Math.abs(value), 4)}`
  return (objection) => {
    switch (objection.kind) {
      case 'chance':
        return t('gate.problem.chance', { low: signed(gain_low), high: signed(gain_high) })
      case 'slow':
        return t('gate.problem.slow', { its: decimal(challenger_us, 1), champions: decimal(champion_us, 1) })
      case 'recall':
      case 'alarms': {
        const { group } = objection
        const name = `${word('gate.dimension', group.dimension, group.dimension)}: ${groupName(group)}`
        return objection.kind === 'recall'
          ? t('gate.problem.recall', {
              name,
              its: percent(group.challenger_recall, 0),
              champions: percent(group.champion_recall, 0),
            })
          : t('gate.problem.alarms', {
              name,
              its: count(group.challenger_false_alarms),
              champions: count(group.champion_false_alarms),
            })
      }
      case 'other':
        return objection.text
    }
  }
}
