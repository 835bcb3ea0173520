import { useQuery } from '@tanstack/react-query'
import { FlaskConical, Users, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { TextField } from '@/design/text-field'
import { simulationsQuery, useMove, type Move } from '@/features/risk/api'
import { ProblemNote } from '@/features/risk/problem-note'
import type { PolicyDetail } from '@/features/risk/types'
import { useRisk, type RiskKey } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const MAX_NOTE = 500

function Told({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <div className="flex gap-2.5 rounded-control bg-accent-soft px-3 py-2.5 text-pretty">
      <Icon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-accent" />
      <p className="text-ink-2">{children}</p>
    </div>
  )
}

interface AskedProps {
  version: number
  /** The API wants a note for some moves and not for others. */
  needsNote: boolean
  moves: readonly { to: Move['to']; label: RiskKey }[]
  disabled?: boolean
}

function Asked({ version, needsNote, moves, disabled = false }: AskedProps) {
  const { t } = useRisk()
  const move = useMove(version)
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const run = (to: Move['to']) => {
    const said = note.trim()
    const isMissing = needsNote && said === ''
    setMissing(isMissing)
    if (!isMissing) move.mutate({ to, note: said }, { onSuccess: () => setNote('') })
  }
  return (
    <div className="grid gap-3">
      <TextField
        label={t(needsNote ? 'risk.note' : 'risk.note.optional')}
        problem={missing ? t('risk.note.missing') : undefined}
        maxLength={MAX_NOTE}
        value={note}
        onValue={setNote}
      />
      <ProblemNote error={move.error} />
      <div className="flex flex-wrap gap-2">
        {moves.map(({ to, label }, index) => (
          <Button
            key={to}
            kind={index === 0 ? 'primary' : 'secondary'}
            disabled={disabled}
            busy={move.isPending}
            onClick={() => run(to)}
          >
            {t(label)}
          </Button>
        ))}
      </div>
    </div>
  )
}

function Activation({ policy }: { policy: PolicyDetail }) {
  const { t } = useRisk()
  const { data } = useQuery(simulationsQuery(policy.version))
  const isTried = data?.items.some(({ status }) => status === 'done') ?? false
  return (
    <div className="grid gap-3">
      {data && !isTried && <Told icon={FlaskConical}>{t('risk.untried')}</Told>}
      <Asked
        version={policy.version}
        needsNote
        disabled={!isTried}
        moves={[{ to: 'activate', label: 'risk.move.activate' }]}
      />
    </div>
  )
}

/** What may be done with a version from where it stands, by whoever is signed in. Nothing is shown to those who may not. */
export function PolicyMoves({ policy }: { policy: PolicyDetail }) {
  const { t } = useRisk()
  const user = useUser()
  if (!canChangePolicies(user.roles) || policy.status === 'rejected' || policy.status === 'active') return null
  const isOwn = policy.author === user.id
  return (
    <Box title={t('risk.next')}>
      {policy.status === 'draft' &&
        (isOwn ? (
          <Told icon={Users}>{t('risk.fourEyes')}</Told>
        ) : (
          <Asked
            version={policy.version}
            needsNote={false}
            moves={[
              { to: 'approve', label: 'risk.move.approve' },
              { to: 'reject', label: 'risk.move.reject' },
            ]}
          />
        ))}
      {policy.status === 'approved' && <Activation policy={policy} />}
      {policy.status === 'retired' && (
        <div className="grid gap-3">
          <p className="text-pretty text-ink-2">{t('risk.goBack.body')}</p>
          <Asked version={policy.version} needsNote moves={[{ to: 'activate', label: 'risk.move.goBack' }]} />
        </div>
      )}
    </Box>
  )
}
