import { useState, type FormEvent } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { TextField } from '@/design/text-field'
import { useBlocking } from '@/features/held/blocks'
import { ProblemNote } from '@/features/held/problem-note'
import { TransferField } from '@/features/held/report-fields'
import { useOffice } from '@/features/office/words'
import { isUuid } from '@/lib/ids'

const MAX_WORDS = 4_000

interface BlockFormProps {
  transferId: string
  onPlaced: (blockId: string) => void
}

/** Holds what is left of a received payment, for 72 hours and no longer. */
export function BlockForm({ transferId: named, onPlaced }: BlockFormProps) {
  const { t } = useOffice()
  const blocking = useBlocking()
  const [transferId, setTransferId] = useState(named)
  const [reason, setReason] = useState('')
  const [isChecked, setIsChecked] = useState(false)
  const isReadable = isUuid(transferId.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (!isReadable) return
    blocking.mutate(
      { how: 'place', transferId: transferId.trim(), reason: reason.trim() },
      {
        onSuccess: ({ block_id: blockId }) => {
          setTransferId('')
          setReason('')
          setIsChecked(false)
          onPlaced(blockId)
        },
      },
    )
  }
  return (
    <Box title={t('block.place')}>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-pretty text-ink-2">{t('block.place.lead')}</p>
        <TransferField
          value={transferId}
          onChange={setTransferId}
          isWrong={isChecked && !isReadable}
          hint={t('held.transfer.hint')}
        />
        <TextField label={t('held.why')} required maxLength={MAX_WORDS} value={reason} onValue={setReason} />
        <ProblemNote error={blocking.error} />
        <Button kind="primary" type="submit" busy={blocking.isPending} className="justify-self-start">
          {t('block.place.go')}
        </Button>
      </form>
    </Box>
  )
}
