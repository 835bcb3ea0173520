import { Field, INPUT } from '@/design/field'
import { SITUATIONS, type Situation } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

interface TransferFieldProps {
  value: string
  onChange: (value: string) => void
  /** Whether it was sent though it is no id. */
  isWrong: boolean
  hint: string
  className?: string
}

/** The id of a payment, as it is pasted from somewhere. */
export function TransferField({ value, onChange, isWrong, hint, className = '' }: TransferFieldProps) {
  const { t } = useOffice()
  return (
    <Field
      label={t('held.transfer')}
      hint={hint}
      problem={isWrong ? t('held.transfer.wrong') : undefined}
      className={className}
    >
      {(attributes) => (
        <input
          {...attributes}
          required
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${INPUT} h-9 font-mono`}
        />
      )}
    </Field>
  )
}

interface SituationFieldProps {
  label: string
  value: Situation
  onChange: (value: Situation) => void
}

/** What happened to whoever was defrauded. */
export function SituationField({ label, value, onChange }: SituationFieldProps) {
  const { t } = useOffice()
  return (
    <Field label={label}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => onChange(event.target.value as Situation)}
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
  )
}

interface ReportedFieldProps {
  label: string
  /** As the field has it: local time, without seconds. */
  value: string
  onChange: (value: string) => void
}

/** When they said so: the clocks of a return begin there. */
export function ReportedField({ label, value, onChange }: ReportedFieldProps) {
  const { t } = useOffice()
  return (
    <Field label={label} hint={t('dispute.reported.hint')}>
      {(attributes) => (
        <input
          {...attributes}
          type="datetime-local"
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`${INPUT} h-9 tabular`}
        />
      )}
    </Field>
  )
}
