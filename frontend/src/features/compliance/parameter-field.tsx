import { AmountInput } from '@/design/amount-input'
import { Field, INPUT } from '@/design/field'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import type { Parameter } from '@/features/compliance/types'
import { isMoney, writingOf } from '@/features/compliance/units'
import type { Typed } from '@/lib/amounts'
import { BANK_CURRENCY } from '@/lib/currency'

const MANY = 2

interface ParameterFieldProps {
  parameter: Parameter
  typed: Typed
  problem: string | undefined
  onChange: (typed: Typed) => void
}

/** One value, in the unit in which people say it, with its bounds beneath. */
export function ParameterField({ parameter, typed, problem, onChange }: ParameterFieldProps) {
  const { t, value, meaning, language } = useScenarioWords()
  const { unit } = writingOf(parameter)
  const bounds = t('scenario.bounds', {
    least: value(parameter, parameter.least),
    most: value(parameter, parameter.most),
  })
  const told = meaning(parameter)
  const label = told.charAt(0).toUpperCase() + told.slice(1)
  const unitText = t(`unit.${unit}`, { count: MANY })
  if (isMoney(parameter)) {
    const { least, most } = parameter
    const of = { label, typed, onTyped: onChange, least, most, hint: bounds, unit: unitText }
    return <AmountInput {...of} currency={BANK_CURRENCY} isChecked />
  }
  return (
    <Field label={label} hint={bounds} problem={problem}>
      {(attributes) => (
        <span className="flex items-center gap-2">
          <input
            {...attributes}
            inputMode="decimal"
            autoComplete="off"
            value={typed.text}
            onChange={(event) => onChange({ text: event.target.value, language })}
            className={`${INPUT} h-9 tabular`}
          />
          <span className="shrink-0 text-ink-2">{unitText}</span>
        </span>
      )}
    </Field>
  )
}
