import { CheckCircle2, CircleAlert, LoaderCircle } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { ProblemNote } from '@/features/risk/problem-note'
import { useRisk } from '@/features/risk/words'

const MAX_NOTE = 500

interface SaveBarProps {
  note: string
  onNote: (note: string) => void
  wrongCount: number
  isChecking: boolean
  checkError: unknown
  onCheckAgain: () => void
  isSaving: boolean
  saveError: unknown
  onSave: () => void
  onDiscard: () => void
}

/** Leads to the first part with something wrong, and into it. */
function showFirstProblem(): void {
  const first = document.querySelector<HTMLElement>('[data-problem]')
  first?.scrollIntoView({ block: 'center' })
  first?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus({ preventScroll: true })
}

function CheckState({ wrongCount, isChecking, checkError, onCheckAgain }: SaveBarProps) {
  const { t } = useRisk()
  if (checkError !== null && !isChecking) {
    return (
      <button
        type="button"
        onClick={onCheckAgain}
        className="inline-flex items-center gap-1.5 rounded-[5px] text-caution"
      >
        <CircleAlert size={15} aria-hidden />
        {t('risk.check.failed')} <span className="underline">{t('common.retry')}</span>
      </button>
    )
  }
  if (wrongCount > 0) {
    return (
      <button
        type="button"
        onClick={showFirstProblem}
        className="inline-flex items-center gap-1.5 rounded-[5px] font-medium text-bad hover:underline"
      >
        <CircleAlert size={15} aria-hidden />
        {t('risk.check.wrong', { count: wrongCount })}
      </button>
    )
  }
  const Icon = isChecking ? LoaderCircle : CheckCircle2
  return (
    <span className={`inline-flex items-center gap-1.5 ${isChecking ? 'text-ink-3' : 'text-good'}`}>
      <Icon size={15} aria-hidden />
      {t(isChecking ? 'risk.check.busy' : 'risk.check.fine')}
    </span>
  )
}

/** What the check says, why the draft is written, and the way to keep it; on a desk always within reach. */
export function SaveBar(props: SaveBarProps) {
  const { note, onNote, wrongCount, isChecking, isSaving, saveError, onSave, onDiscard } = props
  const { t } = useRisk()
  const [missing, setMissing] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(note.trim() === '')
    if (wrongCount > 0) showFirstProblem()
    else if (note.trim() !== '') onSave()
  }
  return (
    <form
      onSubmit={submit}
      className="glass grid gap-3 rounded-panel border border-line-strong p-4 shadow-float lg:sticky lg:bottom-4 lg:z-10"
    >
      <ProblemNote error={saveError} />
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <Field
          label={t('risk.note.draft')}
          problem={missing && note.trim() === '' ? t('risk.note.missing') : undefined}
          className="min-w-0 flex-[1_1_18rem]"
        >
          {(attributes) => (
            <input
              {...attributes}
              value={note}
              maxLength={MAX_NOTE}
              onChange={(event) => onNote(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <p role="status" className="min-w-36 lg:text-right">
            <CheckState {...props} />
          </p>
          <Button kind="quiet" onClick={onDiscard}>
            {t('risk.discard')}
          </Button>
          <Button kind="primary" type="submit" busy={isSaving} disabled={isChecking && wrongCount === 0}>
            {t('risk.save')}
          </Button>
        </div>
      </div>
    </form>
  )
}
