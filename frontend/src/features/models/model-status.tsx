import { CHIP } from '@/design/chip'
import { classes } from '@/design/classes'
import { outcomeOf, type MoveOutcome } from '@/features/models/findings'
import { CHALLENGER, CHAMPION, type ModelMove } from '@/features/models/types'
import { SimulationChip } from '@/features/risk/policy-status'
import { useRisk } from '@/features/risk/words'

const OUTCOME_LOOKS: Record<Exclude<MoveOutcome, 'going'>, string> = {
  failed: 'bg-bad-soft text-bad',
  closed: 'bg-caution-soft text-caution',
  open: 'bg-good-soft text-good',
  promoted: 'bg-good-soft text-good',
  tried: 'bg-accent-soft text-accent',
  went_back: 'bg-good-soft text-good',
}

/** What a version is at present; nothing for one that is neither champion nor challenger. */
export function RoleChip({ aliases }: { aliases: readonly string[] }) {
  const { t } = useRisk()
  if (aliases.includes(CHAMPION))
    return <span className={classes(CHIP, 'bg-good-soft text-good')}>{t('model.role.champion')}</span>
  if (aliases.includes(CHALLENGER))
    return <span className={classes(CHIP, 'bg-accent-soft text-accent')}>{t('model.role.challenger')}</span>
  return null
}

/** How far a move is, then what became of it. */
export function MoveChip({ move }: { move: ModelMove }) {
  const { t } = useRisk()
  const outcome = outcomeOf(move)
  if (outcome === 'going') return <SimulationChip status={move.status} />
  return <span className={classes(CHIP, OUTCOME_LOOKS[outcome])}>{t(`move.outcome.${outcome}`)}</span>
}
