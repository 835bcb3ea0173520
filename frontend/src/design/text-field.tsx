import { Field, INPUT } from '@/design/field'

interface TextFieldProps {
  label: string
  value: string
  onValue: (value: string) => void
  maxLength: number
  rows?: number
  required?: boolean
  autoFocus?: boolean
  hint?: string | undefined
  problem?: string | undefined
}

/** Where somebody writes a few lines: a reason, a note. */
export function TextField({
  label,
  value,
  onValue,
  maxLength,
  rows = 2,
  required,
  autoFocus,
  hint,
  problem,
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(attributes) => (
        <textarea
          {...attributes}
          autoFocus={autoFocus}
          required={required}
          rows={rows}
          maxLength={maxLength}
          value={value}
          onChange={(event) => onValue(event.target.value)}
          className={`${INPUT} py-1.5`}
        />
      )}
    </Field>
  )
}
