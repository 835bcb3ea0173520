import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Segmented } from '@/design/segmented'
import { TextField } from '@/design/text-field'
import { useDoing } from '@/features/cases/api'
import { LABELS } from '@/features/cases/labels'
import { ProblemNote } from '@/features/cases/problem-note'
import type { CaseDetail, ProposedDecision } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'

const MAX_WORDS = 4_000
const NO_LABEL = ''

type Outcome = ProposedDecision['outcome']
type Label = NonNullable<ProposedDecision['label']>

/** To report a case, or to close it: what the transactions were, and why. Somebody else agrees. */
export function DecisionForm({ of }: { of: CaseDetail }) {
  const { t } = useCases()
  const doing = useDoing(of)
  const [outcome, setOutcome] = useState<Outcome>('close')
  const [label, setLabel] = useState<Label | ''>(NO_LABEL)
  const [rationale, setRationale] = useState('')
  const [quietUntil, setQuietUntil] = useState('')
  const [quietReason, setQuietReason] = useState('')
  const lacksEvidence = outcome === 'report' && of.evidence.length === 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const isQuiet = outcome === 'close' && quietUntil !== ''
    doing.mutate({
      how: 'propose',
      decision: {
        outcome,
        label: label === NO_LABEL ? null : label,
        rationale: rationale.trim(),
        quiet_until: isQuiet ? quietUntil : null,
        quiet_reason: isQuiet ? quietReason.trim() : null,
      },
    })
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Segmented
        label={t('case.outcome')}
        value={outcome}
        onChange={setOutcome}
        options={(['close', 'report'] as const).map((value) => ({ value, label: t(`case.outcome.${value}`) }))}
      />
      <Field label={t('case.label')} hint={t('case.label.hint')}>
        {(attributes) => (
          <select
            {...attributes}
            value={label}
            onChange={(event) => setLabel(event.target.value as Label | '')}
            className={`${INPUT} h-9`}
          >
            <option value={NO_LABEL}>{t('case.label.none')}</option>
            {LABELS.map((one) => (
              <option key={one} value={one}>
                {t(`case.label.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField
        label={t('case.rationale')}
        required
        rows={4}
        maxLength={MAX_WORDS}
        value={rationale}
        onValue={setRationale}
      />
      {outcome === 'close' && (
        <Field label={t('case.quiet')} hint={t('case.quiet.hint')}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              value={quietUntil}
              onChange={(event) => setQuietUntil(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
      )}
      {outcome === 'close' && quietUntil !== '' && (
        <Field label={t('case.quiet.reason')}>
          {(attributes) => (
            <input
              {...attributes}
              required
              maxLength={MAX_WORDS}
              value={quietReason}
              onChange={(event) => setQuietReason(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
      )}
      {lacksEvidence && <p className="text-pretty text-caution">{t('case.lacksEvidence')}</p>}
      <ProblemNote error={doing.error} />
      <Button kind="primary" type="submit" busy={doing.isPending} disabled={lacksEvidence}>
        {t('case.propose')}
      </Button>
    </form>
  )
}
