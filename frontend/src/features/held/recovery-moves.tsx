import { useState, type FormEvent } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Person } from '@/features/session/person'
import { FourEyes } from '@/features/held/four-eyes'
import { ProblemNote } from '@/features/held/problem-note'
import { useRecovering } from '@/features/held/recoveries'
import { Returning } from '@/features/held/recovery-returning'
import type { Recovery } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

type Doing = ReturnType<typeof useRecovering>

/** A person sends the request; here stands what the directory called it. */
function Sending({ doing }: { doing: Doing }) {
  const { t } = useOffice()
  const [externalId, setExternalId] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    doing.mutate({ how: 'send', externalId: externalId.trim() })
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <p className="text-pretty text-ink-2">{t('recovery.send.lead')}</p>
      <Field label={t('recovery.external')} hint={t('dispute.external.hint')}>
        {(attributes) => (
          <input
            {...attributes}
            required
            pattern="[0-9A-Za-z._:\-]{1,64}"
            autoComplete="off"
            spellCheck={false}
            value={externalId}
            onChange={(event) => setExternalId(event.target.value)}
            className={`${INPUT} h-9 font-mono`}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={doing.isPending} className="justify-self-start">
        {t('recovery.send')}
      </Button>
    </form>
  )
}

function Answering({ doing }: { doing: Doing }) {
  const { t } = useOffice()
  return (
    <>
      <p className="text-pretty text-ink-2">{t('recovery.answer.lead')}</p>
      <div className="flex flex-wrap gap-2">
        {(['agreed', 'disagreed'] as const).map((analysis) => (
          <Button key={analysis} busy={doing.isPending} onClick={() => doing.mutate({ how: 'answer', analysis })}>
            {t(`recovery.answer.${analysis}`)}
          </Button>
        ))}
      </div>
    </>
  )
}

/** The next step from where a recovery stands. */
export function RecoveryMoves({ of }: { of: Recovery }) {
  const { t, money } = useOffice()
  const doing = useRecovering(of.recovery_id)
  const { state, proposed, proposed_by: by, proposed_at: proposedAt } = of
  if (of.ended_at !== null) return null
  const isCancellable = state === 'created' || state === 'sent'
  return (
    <Box title={t('held.next')}>
      <div className="grid gap-3">
        {state === 'created' && <Sending doing={doing} />}
        {state === 'sent' && <Answering doing={doing} />}
        {state === 'analysed' && (
          <>
            <p className="text-pretty text-ink-2">{t('recovery.request.lead')}</p>
            <Button
              kind="primary"
              busy={doing.isPending}
              className="justify-self-start"
              onClick={() => doing.mutate({ how: 'request' })}
            >
              {t('recovery.request')}
            </Button>
          </>
        )}
        {state === 'refunding' && <Returning of={of} doing={doing} />}
        {state === 'returning' && proposed !== null && by !== null && proposedAt !== null && (
          <FourEyes
            proposedBy={by}
            busy={doing.isPending}
            onJudge={(approve) => doing.mutate({ how: 'judge', approve, proposedAt })}
          >
            <p className="font-medium text-ink">
              {t('recovery.proposed', { amount: money(proposed.amount_minor, proposed.currency) })}
            </p>
            <p className="text-[12.5px] text-ink-2">
              {t('held.by')} <Person id={by} />
            </p>
          </FourEyes>
        )}
        <ProblemNote error={doing.error} />
        {isCancellable && (
          <Button
            kind="quiet"
            busy={doing.isPending}
            className="-ml-3.5 justify-self-start"
            onClick={() => doing.mutate({ how: 'cancel' })}
          >
            {t('recovery.cancel')}
          </Button>
        )}
      </div>
    </Box>
  )
}
