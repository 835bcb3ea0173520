import { Field, INPUT } from '@/design/field'
import type { Problems, ThresholdTexts } from '@/features/risk/draft'
import { useRisk } from '@/features/risk/words'

const FIELDS = [
  { name: 'review', verdict: 'review', where: 'review_from' },
  { name: 'stepUp', verdict: 'step_up', where: 'step_up_from' },
  { name: 'deny', verdict: 'deny', where: 'deny_from' },
] as const

interface ThresholdFieldsProps {
  texts: ThresholdTexts
  /** What stands before the names of the problems, such as `segments[0].`. */
  prefix: string
  problems: Problems
  onChange: (change: Partial<ThresholdTexts>) => void
}

/** From which probability on, in per cent. */
export function ThresholdFields({ texts, prefix, problems, onChange }: ThresholdFieldsProps) {
  const { t } = useRisk()
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      {FIELDS.map(({ name, verdict, where }) => {
        const problem = problems[prefix + where]
        return (
          <Field
            key={name}
            label={t('risk.percent', { name: t(`risk.threshold.${verdict}`) })}
            hint={name === 'stepUp' ? t('risk.threshold.step_up.hint') : undefined}
            problem={problem && t(`risk.wrong.${problem}`)}
          >
            {(attributes) => (
              <input
                {...attributes}
                inputMode="decimal"
                autoComplete="off"
                value={texts[name]}
                onChange={(event) => onChange({ [name]: event.target.value })}
                className={`${INPUT} h-9 tabular`}
              />
            )}
          </Field>
        )
      })}
    </div>
  )
}
