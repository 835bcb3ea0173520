import { useState, type FormEvent } from 'react'
import { useNavigate } from 'react-router'
import { Button } from '@/design/button'
import { Modal } from '@/design/modal'
import { TextField } from '@/design/text-field'
import { useAsk } from '@/features/models/api'
import { askedFor, type Step } from '@/features/models/step'
import { ProblemNote } from '@/features/risk/problem-note'
import { useRisk } from '@/features/risk/words'

const MAX_WHY = 500

interface MoveDialogProps {
  step: Step
  /** The version that it is about; null for a rollback. */
  version: number | null
  name: string
  onClose: () => void
}

/** What will happen, and why it should: nobody moves a model without saying so. Leads to the move once it is asked for. */
export function MoveDialog({ step, version, name, onClose }: MoveDialogProps) {
  const { t } = useRisk()
  const navigate = useNavigate()
  const ask = useAsk()
  const [why, setWhy] = useState('')
  const [missing, setMissing] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const said = why.trim()
    setMissing(said === '')
    if (said === '') return
    ask.mutate(askedFor(step, version, said), {
      onSuccess: ({ move_id }) => void navigate(`/risk/moves/${move_id}`),
    })
  }
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={t(`move.title.${step}`, { name })}>
      <form onSubmit={submit} className="grid gap-4 p-5">
        <p className="text-pretty text-ink-2">{t(`move.body.${step}`, { name })}</p>
        <TextField
          label={t('risk.note')}
          problem={missing && why.trim() === '' ? t('risk.note.missing') : undefined}
          autoFocus
          rows={3}
          maxLength={MAX_WHY}
          value={why}
          onValue={setWhy}
        />
        <ProblemNote error={ask.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('risk.cancel')}
          </Button>
          <Button kind="primary" type="submit" busy={ask.isPending}>
            {t(`move.do.${step}`)}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
