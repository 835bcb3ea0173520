import { useState, type FormEvent } from 'react'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import type { useRecovering } from '@/features/held/recoveries'
import { RECOVERY_REFUSALS, type Recovery, type RecoveryRefusal } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { minorPerUnit } from '@/lib/format'

const RETURNED = 'returned'

/** What came back of it, or why nothing does. */
export function Returning({ of, doing }: { of: Recovery; doing: ReturnType<typeof useRecovering> }) {
  const { t } = useOffice()
  const [how, setHow] = useState<RecoveryRefusal | typeof RETURNED>(RETURNED)
  const perUnit = minorPerUnit(of.amount.currency)
  const [amount, setAmount] = useState(String(of.amount.amount_minor / perUnit))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (how === RETURNED) doing.mutate({ how: 'return', amountMinor: Math.round(Number(amount) * perUnit) })
    else doing.mutate({ how: 'refuse', refused: how })
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
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
        <Field label={t('recovery.return.amount', { currency: of.amount.currency })}>
          {(attributes) => (
            <input
              {...attributes}
              type="number"
              required
              min={1 / perUnit}
              max={of.amount.amount_minor / perUnit}
              step={1 / perUnit}
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
              className={`${INPUT} h-9 tabular`}
            />
          )}
        </Field>
      )}
      <Button kind="primary" type="submit" busy={doing.isPending} className="justify-self-start">
        {t(how === RETURNED ? 'recovery.return.go' : 'recovery.return.end')}
      </Button>
    </form>
  )
}
