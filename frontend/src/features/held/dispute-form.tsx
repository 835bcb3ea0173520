import { useState, type FormEvent } from 'react'
import { useNavigate } from 'react-router'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { useOpenDispute } from '@/features/held/disputes'
import { fieldOfMoment } from '@/features/held/moment-field'
import { ProblemNote } from '@/features/held/problem-note'
import { ReportedField, SituationField, TransferField } from '@/features/held/report-fields'
import type { Situation } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { isUuid } from '@/lib/ids'

/** Takes in what the payer's institution reported about a payment that was received here. */
export function DisputeForm() {
  const { t } = useOffice()
  const navigate = useNavigate()
  const opening = useOpenDispute()
  const [externalId, setExternalId] = useState('')
  const [transferId, setTransferId] = useState('')
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
        external_id: externalId.trim(),
        transfer_id: transferId.trim(),
        situation,
        amount_minor: null,
        reported_at: new Date(reportedAt).toISOString(),
      },
      { onSuccess: ({ dispute_id: disputeId }) => void navigate(`/compliance/disputes/${disputeId}`) },
    )
  }
  return (
    <Box title={t('dispute.take')}>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-pretty text-ink-2">{t('dispute.take.lead')}</p>
        <Field label={t('dispute.external')} hint={t('dispute.external.hint')}>
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
        <TransferField
          value={transferId}
          onChange={setTransferId}
          isWrong={isChecked && !isReadable}
          hint={t('held.transfer.hint')}
        />
        <SituationField label={t('dispute.situation')} value={situation} onChange={setSituation} />
        <ReportedField label={t('dispute.reported')} value={reportedAt} onChange={setReportedAt} />
        <ProblemNote error={opening.error} />
        <Button kind="primary" type="submit" busy={opening.isPending} className="justify-self-start">
          {t('dispute.take.go')}
        </Button>
      </form>
    </Box>
  )
}
