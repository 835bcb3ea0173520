import { useState, type FormEvent } from 'react'
import { useNavigate } from 'react-router'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { fieldOfMoment } from '@/features/held/moment-field'
import { ProblemNote } from '@/features/held/problem-note'
import { useOpenRecovery } from '@/features/held/recoveries'
import { SITUATIONS, type Situation } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { isUuid } from '@/lib/ids'

/** Writes down that a customer says they were defrauded of a Pix that left this bank. */
export function RecoveryForm({ transferId: named }: { transferId: string }) {
  const { t } = useOffice()
  const navigate = useNavigate()
  const opening = useOpenRecovery()
  const [transferId, setTransferId] = useState(named)
  const [situation, setSituation] = useState<Situation>('scam')
  const [reportedAt, setReportedAt] = useState(() => fieldOfMoment(Date.now()))
  const [isChecked, setIsChecked] = useState(false)
  const isReadable = isUuid(transferId.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (!isReadable) return
    opening.mutate(
      {
        transfer_id: transferId.trim(),
        situation,
        amount_minor: null,
        reported_at: new Date(reportedAt).toISOString(),
      },
      { onSuccess: ({ recovery_id: recoveryId }) => void navigate(`/compliance/disputes/sent/${recoveryId}`) },
    )
  }
  return (
    <Box title={t('recovery.open')}>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-pretty text-ink-2">{t('recovery.open.lead')}</p>
        <Field
          label={t('held.transfer')}
          hint={t('held.transfer.hint')}
          problem={isChecked && !isReadable ? t('held.transfer.wrong') : undefined}
        >
          {(attributes) => (
            <input
              {...attributes}
              required
              autoComplete="off"
              spellCheck={false}
              value={transferId}
              onChange={(event) => setTransferId(event.target.value)}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <Field label={t('recovery.situation')}>
          {(attributes) => (
            <select
              {...attributes}
              value={situation}
              onChange={(event) => setSituation(event.target.value as Situation)}
              className={`${INPUT} h-9`}
            >
              {SITUATIONS.map((one) => (
                <option key={one} value={one}>
                  {t(`dispute.situation.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('recovery.reported')} hint={t('dispute.reported.hint')}>
          {(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              required
              value={reportedAt}
              onChange={(event) => setReportedAt(event.target.value)}
              className={`${INPUT} h-9 tabular`}
            />
          )}
        </Field>
        <ProblemNote error={opening.error} />
        <Button kind="primary" type="submit" busy={opening.isPending} className="justify-self-start">
          {t('recovery.open.go')}
        </Button>
      </form>
    </Box>
  )
}
