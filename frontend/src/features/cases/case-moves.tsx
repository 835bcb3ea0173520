import { Users } from 'lucide-react'
import { useState } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { TextField } from '@/design/text-field'
import { useDoing } from '@/features/cases/api'
import { noonMs } from '@/features/cases/case-words'
import { Person } from '@/features/session/person'
import { DecisionForm } from '@/features/cases/decision-form'
import { ProblemNote } from '@/features/cases/problem-note'
import type { CaseDetail } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { useUser } from '@/features/session/user'

const MAX_WORDS = 4_000

/** What one person proposed, for another to agree to or to send back. */
function Judgement({ of }: { of: CaseDetail }) {
  const { t, date } = useCases()
  const user = useUser()
  const doing = useDoing(of)
  const [note, setNote] = useState('')
  const [isMissing, setIsMissing] = useState(false)
  const { proposal, proposed_by: by, proposed_at: at } = of
  if (proposal === null || by === null || at === null) return null
  const isOwn = by === user.id
  const judge = (approve: boolean) => {
    const said = note.trim()
    const lacks = !approve && said === ''
    setIsMissing(lacks)
    if (!lacks) doing.mutate({ how: 'judge', approve, proposedAt: at, note: said === '' ? null : said })
  }
  return (
    <div className="grid gap-3">
      <div className="grid gap-1 rounded-control bg-sunken px-3 py-2.5">
        <p className="font-medium text-ink">{t(`case.proposed.${proposal.outcome}`)}</p>
        <p className="text-[12.5px] text-ink-2">
          {t('case.proposedBy')} <Person id={by} />
          {proposal.label !== null && <> · {t('case.label.is', { label: t(`case.label.${proposal.label}`) })}</>}
          {proposal.quiet_until !== null && <> · {t('case.quietUntil', { on: date(noonMs(proposal.quiet_until)) })}</>}
        </p>
      </div>
      {isOwn ? (
        <p className="flex gap-2.5 rounded-control bg-accent-soft px-3 py-2.5 text-pretty text-ink-2">
          <Users size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-accent" />
          {t('case.fourEyes')}
        </p>
      ) : null}
      <TextField
        label={t('case.judge.note')}
        problem={isMissing ? t('case.judge.note.missing') : undefined}
        maxLength={MAX_WORDS}
        value={note}
        onValue={setNote}
      />
      <ProblemNote error={doing.error} />
      <div className="flex flex-wrap gap-2">
        {!isOwn && (
          <Button kind="primary" busy={doing.isPending} onClick={() => judge(true)}>
            {t('case.agree')}
          </Button>
        )}
        <Button busy={doing.isPending} onClick={() => judge(false)}>
          {t('case.sendBack')}
        </Button>
      </div>
    </div>
  )
}

/** The next step from where a case stands, for whoever is signed in. */
export function CaseMoves({ of }: { of: CaseDetail }) {
  const { t } = useCases()
  const user = useUser()
  const taking = useDoing(of)
  const isOwn = of.assignee === user.id
  const mayAssign = of.acts.includes('assign')
  if (of.state === 'closed' || of.state === 'reported') return null
  return (
    <Box title={t('case.next')}>
      <div className="grid gap-3">
        {of.state === 'proposed' && <Judgement of={of} />}
        {of.state === 'to_report' && <p className="text-pretty text-ink-2">{t('case.toReport')}</p>}
        {mayAssign && !isOwn && (
          <>
            <p className="text-pretty text-ink-2">
              {of.assignee === null ? (
                t('case.take.free')
              ) : (
                <>
                  {t('case.take.taken')} <Person id={of.assignee} />
                </>
              )}
            </p>
            <ProblemNote error={taking.error} />
            <Button kind="primary" busy={taking.isPending} onClick={() => taking.mutate({ how: 'take' })}>
              {t('case.take')}
            </Button>
          </>
        )}
        {of.state === 'analysis' && isOwn && <DecisionForm of={of} />}
      </div>
    </Box>
  )
}
