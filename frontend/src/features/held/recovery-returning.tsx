import { useState, type FormEvent } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import type { useRecovering } from '@/features/held/recoveries'
import { RECOVERY_REFUSALS, type Recovery, type RecoveryRefusal } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { readAmount, typedAmount } from '@/lib/amounts'

const RETURNED = 'returned'

/** What came back of it, or why nothing does. */
export function Returning({ of, doing }: { of: Recovery; doing: ReturnType<typeof useRecovering> }) {
  const { t, language } = useOffice()
  const [how, setHow] = useState<RecoveryRefusal | typeof RETURNED>(RETURNED)
  const { amount_minor: most, currency } = of.amount
  const wanted = { currency, least: 1, most }
  const [amount, setAmount] = useState(() => typedAmount(most, currency, language))
  const [isChecked, setIsChecked] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (how !== RETURNED) return doing.mutate({ how: 'refuse', refused: how })
    setIsChecked(true)
    const { minor } = readAmount(amount, wanted)
    if (minor !== null) doing.mutate({ how: 'return', amountMinor: minor })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-3">
      <p className="text-pretty text-ink-2">{t('recovery.return.lead')}</p>
      <Field label={t('recovery.return.how')}>
        {(attributes) => (
          <select
            {...attributes}
            value={how}
            onChange={(event) => setHow(event.target.value as RecoveryRefusal | typeof RETURNED)}
            className={`${INPUT} h-9`}
          >
            <option value={RETURNED}>{t('recovery.return.came')}</option>
            {RECOVERY_REFUSALS.map((one) => (
              <option key={one} value={one}>
                {t('recovery.return.nothing', { why: t(`recovery.result.${one}`) })}
              </option>
            ))}
          </select>
        )}
      </Field>
      {how === RETURNED && (
        <AmountInput
          {...wanted}
          label={t('recovery.return.amount', { currency })}
          typed={amount}
          onTyped={setAmount}
          isChecked={isChecked}
        />
      )}
      <Button kind="primary" type="submit" busy={doing.isPending} className="justify-self-start">
        {t(how === RETURNED ? 'recovery.return.go' : 'recovery.return.end')}
      </Button>
    </form>
  )
}
