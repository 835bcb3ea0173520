import { useQuery } from '@tanstack/react-query'
import { Snowflake } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Chip } from '@/design/chip'
import { Field, INPUT } from '@/design/field'
import { Skeleton } from '@/design/skeleton'
import { isLost } from '@/design/stale-notice'
import { TextField } from '@/design/text-field'
import { Person } from '@/features/session/person'
import { freezesQuery, useFreezing } from '@/features/cases/freezing'
import { ProblemNote } from '@/features/cases/problem-note'
import type { CaseDetail, Freeze } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

const MAX_WORDS = 4_000

/** A freeze that holds, and how it ends: one person proposes, another agrees. */
function Held({ of, customerId }: { of: Freeze; customerId: string }) {
  const { t, date } = useCases()
  const user = useUser()
  const freezing = useFreezing(customerId)
  const { proposed_at: proposedAt } = of
  return (
    <li className="grid gap-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <span className="flex items-center justify-between gap-3">
        <span className="font-medium text-ink">{t(`freeze.cause.${of.cause}`)}</span>
        <Chip tone={of.state === 'lifting' ? 'caution' : 'bad'}>{t(`freeze.state.${of.state}`)}</Chip>
      </span>
      <span className="text-pretty text-ink-2">{of.reason ?? t('case.erased')}</span>
      <span className="text-[12px] text-ink-3 tabular">
        <Person id={of.placed_by} /> · {date(toMs(of.placed_at))} · {t(`freeze.incoming.${of.incoming}`)}
      </span>
      <ProblemNote error={freezing.error} />
      {of.state === 'active' && (
        <Button
          className="justify-self-start"
          busy={freezing.isPending}
          onClick={() => freezing.mutate({ how: 'lift', freezeId: of.freeze_id })}
        >
          {t('freeze.lift')}
        </Button>
      )}
      {of.state === 'lifting' && proposedAt !== null && (
        <span className="flex flex-wrap gap-2">
          {of.proposed_by === user.id ? (
            <span className="text-pretty text-ink-3">{t('freeze.fourEyes')}</span>
          ) : (
            <Button
              kind="primary"
              busy={freezing.isPending}
              onClick={() => freezing.mutate({ how: 'judge', freezeId: of.freeze_id, approve: true, proposedAt })}
            >
              {t('freeze.lift.agree')}
            </Button>
          )}
          <Button
            busy={freezing.isPending}
            onClick={() => freezing.mutate({ how: 'judge', freezeId: of.freeze_id, approve: false, proposedAt })}
          >
            {t('freeze.keep')}
          </Button>
        </span>
      )}
    </li>
  )
}

/** Stops money from leaving all accounts of a customer, at once. */
function Placing({ of, customerId }: { of: CaseDetail; customerId: string }) {
  const { t } = useCases()
  const freezing = useFreezing(customerId)
  const [isAsking, setIsAsking] = useState(false)
  const [incoming, setIncoming] = useState<Freeze['incoming']>('accept')
  const [reason, setReason] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    freezing.mutate(
      { how: 'place', caseId: of.case_id, incoming, reason: reason.trim() },
      {
        onSuccess: () => {
          setIsAsking(false)
          setReason('')
        },
      },
    )
  }
  if (!isAsking) {
    return (
      <div className="grid gap-3 p-4 sm:p-5">
        <p className="text-pretty text-ink-2">{t('freeze.none')}</p>
        <Button className="justify-self-start" onClick={() => setIsAsking(true)}>
          <Snowflake size={14} aria-hidden />
          {t('freeze.ask')}
        </Button>
      </div>
    )
  }
  return (
    <form onSubmit={submit} className="grid gap-3 p-4 sm:p-5">
      <Field label={t('freeze.incoming')}>
        {(attributes) => (
          <select
            {...attributes}
            value={incoming}
            onChange={(event) => setIncoming(event.target.value as Freeze['incoming'])}
            className={`${INPUT} h-9`}
          >
            {(['accept', 'refuse'] as const).map((one) => (
              <option key={one} value={one}>
                {t(`freeze.incoming.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        label={t('freeze.reason')}
        hint={t('freeze.reason.hint')}
        required
        maxLength={MAX_WORDS}
        value={reason}
        onValue={setReason}
      />
      <ProblemNote error={freezing.error} />
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" busy={freezing.isPending}>
          {t('freeze.place')}
        </Button>
        <Button kind="quiet" onClick={() => setIsAsking(false)}>
          {t('freeze.cancel')}
        </Button>
      </div>
    </form>
  )
}

/** Whether money may leave the customer of a case. */
export function FreezeBox({ of, customerId }: { of: CaseDetail; customerId: string }) {
  const { t } = useCases()
  const freezes = useQuery(freezesQuery(customerId))
  const holding = freezes.data?.items.filter(({ state }) => state !== 'lifted') ?? []
  const isWhole = holding.some(({ account_id: accountId }) => accountId === null)
  return (
    <Box title={t('freeze.title')} flush>
      {freezes.isPending && <Skeleton className="m-5 h-10" />}
      {isLost(freezes) && (
        <div className="p-4 sm:p-5">
          <ProblemNote error={freezes.error} />
        </div>
      )}
      {holding.length > 0 && (
        <ul aria-label={t('freeze.title')}>
          {holding.map((freeze) => (
            <Held key={freeze.freeze_id} of={freeze} customerId={customerId} />
          ))}
        </ul>
      )}
      {freezes.data && !isWhole && <Placing of={of} customerId={customerId} />}
    </Box>
  )
}
