import { Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/design/button'
import { useOffice } from '@/features/office/words'
import { useUser } from '@/features/session/user'

interface FourEyesProps {
  /** What is proposed, and by whom. */
  children: ReactNode
  proposedBy: string
  busy: boolean
  onJudge: (approve: boolean) => void
}

/** What one person proposed: another agrees or does not, and whoever proposed may take it back. */
export function FourEyes({ children, proposedBy, busy, onJudge }: FourEyesProps) {
  const { t } = useOffice()
  const isOwn = useUser().id === proposedBy
  return (
    <div className="grid gap-3">
      <div className="grid gap-1 rounded-control bg-sunken px-3 py-2.5">{children}</div>
      {isOwn && (
        <p className="flex gap-2.5 rounded-control bg-accent-soft px-3 py-2.5 text-pretty text-ink-2">
          <Users size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-accent" />
          {t('held.fourEyes')}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {!isOwn && (
          <Button kind="primary" busy={busy} onClick={() => onJudge(true)}>
            {t('held.agree')}
          </Button>
        )}
        <Button busy={busy} onClick={() => onJudge(false)}>
          {t(isOwn ? 'held.takeBack' : 'held.disagree')}
        </Button>
      </div>
    </div>
  )
}
