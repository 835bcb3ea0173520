import { useState, type FormEvent } from 'react'
import { useNavigate } from 'react-router'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { fieldOfMoment } from '@/features/held/moment-field'
import { ProblemNote } from '@/features/held/problem-note'
import { useOpenRecovery } from '@/features/held/recoveries'
import { ReportedField, SituationField, TransferField } from '@/features/held/report-fields'
import type { Situation } from '@/features/held/types'
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
        <TransferField
          value={transferId}
          onChange={setTransferId}
          isWrong={isChecked && !isReadable}
          hint={t('held.transfer.hint')}
        />
        <SituationField label={t('recovery.situation')} value={situation} onChange={setSituation} />
        <ReportedField label={t('recovery.reported')} value={reportedAt} onChange={setReportedAt} />
        <ProblemNote error={opening.error} />
        <Button kind="primary" type="submit" busy={opening.isPending} className="justify-self-start">
          {t('recovery.open.go')}
        </Button>
      </form>
    </Box>
  )
}
