import { useCallback } from 'react'
import { movedName, type ModelMove, type NewMove } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'

/** What may be asked of a version. `hold` is a promotion that changes nothing. */
export type Step = 'challenge' | 'hold' | 'promote' | 'rollback'

export const stepOf = ({ kind, dry_run }: Pick<ModelMove, 'kind' | 'dry_run'>): Step => (dry_run ? 'hold' : kind)

export function askedFor(step: Step, version: number | null, why: string): NewMove {
  const kind = step === 'hold' ? 'promote' : step
  return { kind, version: step === 'rollback' ? null : version, dry_run: step === 'hold', why }
}

/** A move in a few words, such as "Promote fraud-4". */
export function useMoveTitle(): (move: Pick<ModelMove, 'kind' | 'dry_run' | 'version'>) => string {
  const { t } = useRisk()
  return useCallback((move) => t(`move.title.${stepOf(move)}`, { name: movedName(move.version) }), [t])
}
