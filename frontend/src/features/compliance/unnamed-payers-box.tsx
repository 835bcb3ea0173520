import { useQuery } from '@tanstack/react-query'
import { UserRoundX } from 'lucide-react'
import { useState } from 'react'
import { AskedBox } from '@/design/asked-box'
import { Button } from '@/design/button'
import { Chip } from '@/design/chip'
import { unnamedPayersQuery, useProposeUnnamed, useSayToUnnamed } from '@/features/compliance/api'
import { ChangeChip } from '@/features/compliance/change-chip'
import { JudgeForm } from '@/features/compliance/judge'
import type { UnnamedChange, UnnamedChoice } from '@/features/compliance/types'
import { UnnamedPayersDialog } from '@/features/compliance/unnamed-payers-dialog'
import { useCompliance } from '@/features/compliance/words'
import { Person } from '@/features/session/person'
import { canChangeScenarios } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

const SHOWN = 3

function Proposed({ change }: { change: UnnamedChange }) {
  const user = useUser()
  const say = useSayToUnnamed(change.unnamed_change_id)
  return (
    <div className="px-4 pb-4 sm:px-5">
      <JudgeForm
        isOwn={change.proposed_by === user.id}
        busy={say.isPending}
        error={say.error}
        onSay={(to, note) => say.mutate({ to, note })}
      />
    </div>
  )
}

function ChangeItem({ change, mayJudge }: { change: UnnamedChange; mayJudge: boolean }) {
  const { t, date } = useCompliance()
  return (
    <li className="border-t border-line">
      <div className="grid gap-1 px-4 py-3.5 sm:px-5">
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="font-medium text-ink">{t(`unnamed.to.${change.choice}`)}</span>
          {change.status === 'approved' ? (
            <Chip tone="good">{t('unnamed.approved')}</Chip>
          ) : (
            <ChangeChip status={change.status} />
          )}
        </span>
        <span className="text-pretty [overflow-wrap:anywhere] text-ink-2">{change.why}</span>
        <span className="text-[12px] text-ink-3 tabular">
          <Person id={change.proposed_by} /> · {date(toMs(change.proposed_at))}
          {change.judged_by !== null && change.judged_at !== null && (
            <>
              {' · '}
              {t('unnamed.judged')} <Person id={change.judged_by} /> · {date(toMs(change.judged_at))}
            </>
          )}
        </span>
        {change.note !== null && (
          <span className="text-[12px] text-pretty [overflow-wrap:anywhere] text-ink-3">{change.note}</span>
        )}
      </div>
      {change.status === 'proposed' && mayJudge && <Proposed change={change} />}
    </li>
  )
}

function Chosen({ found: { choice, waiting, items } }: { found: UnnamedChoice }) {
  const { t } = useCompliance()
  const { roles } = useUser()
  const propose = useProposeUnnamed()
  const [isAsking, setIsAsking] = useState(false)
  const mayChange = canChangeScenarios(roles)
  const other = choice === 'hold' ? 'credit' : 'hold'
  // One proposal at a time is enough for a choice of two.
  const waits = items.some(({ status }) => status === 'proposed')
  const shown = items.filter(({ status }, at) => at < SHOWN || status === 'proposed')
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 p-4 sm:p-5">
        <div className="flex min-w-0 flex-1 basis-72 items-start gap-3">
          <UserRoundX size={18} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
          <div className="grid gap-1">
            <p className="font-medium text-ink">{t(`unnamed.is.${choice}`)}</p>
            <p className="max-w-prose text-pretty text-ink-2">{t(`unnamed.is.${choice}.body`)}</p>
            {waiting > 0 && (
              <p className="font-medium text-pretty text-ink">{t(`unnamed.waiting.${choice}`, { count: waiting })}</p>
            )}
          </div>
        </div>
        {mayChange && !waits && (
          <Button
            onClick={() => {
              propose.reset()
              setIsAsking(true)
            }}
          >
            {t(`unnamed.propose.${other}`)}
          </Button>
        )}
      </div>
      {shown.length > 0 && (
        <ul aria-label={t('unnamed.changes')}>
          {shown.map((change) => (
            <ChangeItem key={change.unnamed_change_id} change={change} mayJudge={mayChange} />
          ))}
        </ul>
      )}
      {isAsking && (
        <UnnamedPayersDialog
          choice={other}
          waiting={waiting}
          busy={propose.isPending}
          error={propose.error}
          onClose={() => setIsAsking(false)}
          onPropose={(why) => propose.mutate({ choice: other, why }, { onSuccess: () => setIsAsking(false) })}
        />
      )}
    </>
  )
}

/** What becomes of money whose payer no gateway names, and what two people say to changing it. */
export function UnnamedPayersBox() {
  const { t } = useCompliance()
  return (
    <AskedBox title={t('unnamed.title')} of={useQuery(unnamedPayersQuery)}>
      {(found) => <Chosen found={found} />}
    </AskedBox>
  )
}
