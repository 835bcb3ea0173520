import { useState, type FormEvent } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { ConfirmDialog } from '@/design/confirm-dialog'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import { ProblemNote } from '@/design/problem-note'
import { dayProblem, useNotice } from '@/features/accounts/notices'
import type { WithdrawalNotice, WithdrawalNotices } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { readAmount, typedAmount } from '@/lib/amounts'
import { isDay, localNoonMs } from '@/lib/days'
import { refusedField } from '@/lib/http'

const MOST_MINOR = 1_000_000_000_000

interface NoticeDialogProps {
  accountId: string
  found: WithdrawalNotices
  /** The day whose notice is changed; null for a new one. */
  day: string | null
  onClose: () => void
}

/** Says how much will be taken out on a day, and beforehand whether that is in time and whether it is asked for at all. */
export function NoticeDialog({ accountId, found: { rule, notices }, day: changed, onClose }: NoticeDialogProps) {
  const words = useAccounts()
  const { t, money, date, language } = words
  const saying = useNotice(accountId)
  const saidOf = (one: string | null) => notices.find(({ day: of, amount }) => of === one && amount.amount_minor > 0)
  const known = saidOf(changed)
  const [day, setDay] = useState(changed ?? rule.first_in_time)
  const { currency } = rule.least
  const wanted = { currency, least: 1, most: MOST_MINOR }
  const [amount, setAmount] = useState(() => typedAmount(known?.amount.amount_minor ?? null, currency, language))
  const [isChecked, setIsChecked] = useState(false)
  const { minor } = readAmount(amount, wanted)
  const wrongDay = dayProblem(day, rule, isDay)
  const isLate = wrongDay === null && day < rule.first_in_time
  const replaced = changed === null ? saidOf(day) : undefined
  const isSmall = minor !== null && minor < rule.least.amount_minor
  const refused = refusedField(saying.error)
  const isRefused = refused === 'day' || refused === 'amount_minor'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    if (minor !== null && wrongDay === null)
      saying.mutate({ how: 'give', day, amountMinor: minor }, { onSuccess: onClose })
  }
  const dayText = date(localNoonMs(rule.first_in_time))
  const least = money(rule.least.amount_minor, currency)
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(changed ? 'notice.change.title' : 'notices.new.title')}
      className="max-w-md"
    >
      <form onSubmit={submit} noValidate className="grid max-h-[calc(76vh-3.25rem)] gap-4 overflow-y-auto p-5 pt-3">
        <Field
          label={t('notice.day')}
          hint={t(isLate ? 'notice.day.late' : 'notice.day.inTime', { first: dayText })}
          problem={
            refused === 'day' || (isChecked && wrongDay !== null)
              ? t('notice.day.wrong', { first: date(localNoonMs(rule.today)), last: date(localNoonMs(rule.last_day)) })
              : undefined
          }
        >
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              required
              disabled={changed !== null}
              min={rule.today}
              max={rule.last_day}
              value={day}
              onChange={(event) => setDay(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <AmountInput
          {...wanted}
          label={t('notice.amount', { currency })}
          typed={amount}
          onTyped={setAmount}
          isChecked={isChecked}
          hint={isSmall ? t('notice.amount.small', { least }) : undefined}
          problem={refused === 'amount_minor' ? t('notice.amount.refused') : undefined}
          autoFocus
        />
        {replaced && (
          <p role="status" className="rounded-control bg-caution-soft px-3 py-2.5 text-pretty text-ink-2 tabular">
            {t('notice.replaces', { amount: money(replaced.amount.amount_minor, replaced.amount.currency) })}
          </p>
        )}
        {!isRefused && <ProblemNote error={saying.error} words={words} prefix="notice" />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button kind="primary" type="submit" busy={saying.isPending}>
            {t(changed ? 'notice.change' : 'notices.new')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

interface TakeBackDialogProps {
  accountId: string
  notice: WithdrawalNotice
  onClose: () => void
}

/** Says that nothing will be taken out after all. */
export function TakeBackDialog({ accountId, notice: { day, amount }, onClose }: TakeBackDialogProps) {
  const words = useAccounts()
  const { t, money, date } = words
  const saying = useNotice(accountId)
  return (
    <ConfirmDialog
      title={t('notice.takeBack.title')}
      action={t('notice.takeBack')}
      busy={saying.isPending}
      onConfirm={() => saying.mutate({ how: 'takeBack', day }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className="text-pretty text-ink-2 tabular">
        {t('notice.takeBack.body', {
          amount: money(amount.amount_minor, amount.currency),
          day: date(localNoonMs(day)),
        })}
      </p>
      <ProblemNote error={saying.error} words={words} prefix="notice" />
    </ConfirmDialog>
  )
}
