import { ArrowUpCircle, GitCompareArrows, ShieldQuestion, Undo2, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { Button, type ButtonKind } from '@/design/button'
import { MoveDialog } from '@/features/models/move-dialog'
import type { Step } from '@/features/models/step'
import { CHALLENGER, CHAMPION, nameOf, type ModelVersion } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const ICONS: Record<Step, LucideIcon> = {
  promote: ArrowUpCircle,
  hold: ShieldQuestion,
  challenge: GitCompareArrows,
  rollback: Undo2,
}

/** What may be asked of a version as it stands, most telling first. */
export function stepsOf({ aliases }: Pick<ModelVersion, 'aliases'>): readonly Step[] {
  if (aliases.includes(CHAMPION)) return ['rollback']
  return aliases.includes(CHALLENGER) ? ['promote', 'hold'] : ['promote', 'hold', 'challenge']
}

/** The steps that a version may take, for whoever may ask for them; nothing for the others. */
export function ModelMoves({ model, className }: { model: ModelVersion; className?: string }) {
  const { t } = useRisk()
  const { roles } = useUser()
  const [step, setStep] = useState<Step | null>(null)
  if (!canChangePolicies(roles)) return null
  const kind = (one: Step): ButtonKind => (one === 'promote' ? 'primary' : 'secondary')
  return (
    <div className={className}>
      <div role="group" aria-label={t('move.steps', { name: nameOf(model) })} className="flex flex-wrap gap-2">
        {stepsOf(model).map((one) => {
          const Icon = ICONS[one]
          return (
            <Button key={one} kind={kind(one)} onClick={() => setStep(one)}>
              <Icon size={15} strokeWidth={1.75} aria-hidden />
              {t(`move.do.${one}`)}
            </Button>
          )
        })}
      </div>
      {step !== null && (
        <MoveDialog step={step} version={model.version} name={nameOf(model)} onClose={() => setStep(null)} />
      )}
    </div>
  )
}
