import { useState, type FormEvent } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import { useDeclare } from '@/features/customers/api'
import { ProblemNote } from '@/features/customers/problem-note'
import { INCOME_SOURCES, type DeclaredIncome, type IncomeSource } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'
import { readAmount, typedAmount } from '@/lib/amounts'
import { BANK_CURRENCY } from '@/lib/currency'
import { dayIn, isDay } from '@/lib/days'
import { refusedField } from '@/lib/http'

const BANK_ZONE = 'America/Sao_Paulo'
const WANTED = { currency: BANK_CURRENCY, least: 0, most: 100_000_000_000 }

interface IncomeDialogProps {
  customerId: string
  /** What holds; null where nothing was said. */
  holds: DeclaredIncome | null
  onClose: () => void
}

/** Writes down what a customer says that they earn in a month. */
export function IncomeDialog({ customerId, holds, onClose }: IncomeDialogProps) {
  const { t, money, language } = useCustomers()
  const declare = useDeclare(customerId)
  const [amount, setAmount] = useState(() => typedAmount(null, BANK_CURRENCY, language))
  const [source, setSource] = useState<IncomeSource>(holds?.source ?? 'payslip')
  const [day, setDay] = useState(() => dayIn(BANK_ZONE, Date.now()))
  const [isChecked, setIsChecked] = useState(false)
  const { minor } = readAmount(amount, WANTED)
  const isReady = minor !== null && isDay(day)
  const refused = refusedField(declare.error)
  const problems = {
    amount: refused === 'monthly_minor' ? t('income.amount.refused') : undefined,
    day:
      isChecked && !isDay(day)
        ? t('income.day.wrong')
        : refused === 'declared_on'
          ? t('income.day.refused')
          : undefined,
  }
  const isMarked = problems.amount !== undefined || problems.day !== undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (!isReady) return
    declare.mutate({ monthly_minor: minor, currency: BANK_CURRENCY, source, declared_on: day }, { onSuccess: onClose })
  }
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(holds ? 'income.anew' : 'income.first')}
      className="max-w-md"
    >
      <form onSubmit={submit} noValidate className="grid max-h-[calc(76vh-3.25rem)] gap-4 overflow-y-auto p-5 pt-3">
        <p className="text-pretty text-ink-2">{t('income.lead')}</p>
        <AmountInput
          {...WANTED}
          label={t('income.amount', { currency: BANK_CURRENCY })}
          typed={amount}
          onTyped={setAmount}
          isChecked={isChecked}
          hint={
            holds
              ? t('income.amount.now', { amount: money(holds.monthly.amount_minor, holds.monthly.currency) })
              : undefined
          }
          problem={problems.amount}
          autoFocus
        />
        <Field label={t('income.source')}>
          {(attributes) => (
            <select
              {...attributes}
              value={source}
              onChange={(event) => setSource(event.target.value as IncomeSource)}
              className={`${INPUT} h-9`}
            >
              {INCOME_SOURCES.map((one) => (
                <option key={one} value={one}>
                  {t(`income.source.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('income.day')} hint={t('income.day.hint')} problem={problems.day}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              required
              value={day}
              onChange={(event) => setDay(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        {!isMarked && <ProblemNote error={declare.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button kind="primary" type="submit" busy={declare.isPending}>
            {t('income.keep')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
