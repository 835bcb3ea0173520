import { Field, INPUT } from '@/design/field'
import { amountText, readAmount, toldIn, typedAmount, type AmountProblem, type Typed, type Wanted } from '@/lib/amounts'
import { decimalsOf, minorPerUnit } from '@/lib/currency'
import { useI18n } from '@/lib/i18n'

const MAX_LENGTH = 40
const EXAMPLE = 15
/** What no further key mends: it is said while somebody still types. */
const SAID_AT_ONCE: ReadonlySet<AmountProblem> = new Set(['negative', 'currency', 'decimals', 'large'])

/** What is wrong with an amount, in words. */
function useAmountWords() {
  const { t, money, language } = useI18n()
  return (problem: AmountProblem, { currency, least = 0, most = Number.MAX_SAFE_INTEGER }: Wanted): string =>
    t(`amount.wrong.${problem}`, {
      currency,
      decimals: decimalsOf(currency),
      example: amountText(EXAMPLE * minorPerUnit(currency), currency, language),
      least: money(least, currency),
      most: money(most, currency),
    })
}

interface AmountInputProps extends Wanted {
  label: string
  typed: Typed
  onTyped: (typed: Typed) => void
  /** Whether it was asked for what is typed: then what is missing is said as well. */
  isChecked?: boolean
  isOptional?: boolean
  hint?: string | undefined
  /** What else is wrong with it. */
  problem?: string | undefined
  /** What stands behind it, such as the name of its unit. */
  unit?: string
  autoFocus?: boolean
  className?: string | undefined
}

/** Where an amount is typed: with as many decimals as its currency has, as the reader's language writes them. */
export function AmountInput({
  label,
  typed,
  onTyped,
  isChecked = false,
  isOptional = false,
  hint,
  problem,
  unit,
  autoFocus,
  className,
  ...wanted
}: AmountInputProps) {
  const { language } = useI18n()
  const told = useAmountWords()
  const shown = toldIn(language, typed, wanted.currency)
  const read = readAmount(shown, wanted)
  const isSaid =
    read.problem !== null && (SAID_AT_ONCE.has(read.problem) || (isChecked && !(isOptional && read.problem === 'none')))
  const tidy = () => {
    const whole = read.minor === null ? shown : typedAmount(read.minor, wanted.currency, language)
    if (whole.text !== shown.text) onTyped(whole)
  }
  return (
    <Field
      label={label}
      hint={hint}
      problem={isSaid && read.problem ? told(read.problem, wanted) : problem}
      className={className}
    >
      {(attributes) => (
        <span className="flex items-center gap-2">
          <input
            {...attributes}
            inputMode={decimalsOf(wanted.currency) === 0 ? 'numeric' : 'decimal'}
            autoComplete="off"
            aria-required={!isOptional}
            autoFocus={autoFocus}
            maxLength={MAX_LENGTH}
            value={shown.text}
            onChange={(event) => onTyped({ text: event.target.value, language })}
            onBlur={tidy}
            className={`${INPUT} h-9 tabular`}
          />
          {unit && <span className="shrink-0 text-ink-2">{unit}</span>}
        </span>
      )}
    </Field>
  )
}
