import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Modal } from '@/design/modal'
import { TextField } from '@/design/text-field'
import type { UnnamedChoice } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { ProblemNote } from '@/features/risk/problem-note'

const MOST_WHY = 500

interface UnnamedPayersDialogProps {
  choice: UnnamedChoice['choice']
  waiting: UnnamedChoice['waiting']
  busy: boolean
  error: unknown
  onPropose: (why: string) => void
  onClose: () => void
}

/** Says what would come of the other choice, and asks why it is wanted. */
export function UnnamedPayersDialog({ choice, waiting, busy, error, onPropose, onClose }: UnnamedPayersDialogProps) {
  const { t } = useCompliance()
  const [why, setWhy] = useState('')
  const [isChecked, setIsChecked] = useState(false)
  const said = why.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (said !== '') onPropose(said)
  }
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={t(`unnamed.propose.${choice}`)} className="max-w-md">
      <form onSubmit={submit} noValidate className="grid max-h-[calc(76vh-3.25rem)] gap-4 overflow-y-auto p-5 pt-3">
        <p className="text-pretty text-ink-2">{t(`unnamed.is.${choice}.body`)}</p>
        {choice === 'credit' && waiting > 0 && (
          <p className="font-medium text-pretty text-ink">{t('unnamed.frees', { count: waiting })}</p>
        )}
        <TextField
          label={t('compliance.why')}
          hint={t('unnamed.why.hint')}
          problem={isChecked && said === '' ? t('unnamed.why.missing') : undefined}
          autoFocus
          rows={3}
          maxLength={MOST_WHY}
          value={why}
          onValue={setWhy}
        />
        <ProblemNote error={error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('unnamed.propose')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
