import { useId, useState, type FormEvent } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Modal } from '@/design/modal'
import type { Category } from '@/features/accounts/types'
import { useBudget } from '@/features/money/api'
import { useBudgetName } from '@/features/money/budgets-box'
import { SPENT_ON } from '@/features/money/spent-on'
import type { Budget, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'
import { readAmount, typedAmount } from '@/lib/amounts'
import { ApiError } from '@/lib/http'

const ALL = ''
const MOST_MINOR = 1_000_000_000_000_000

interface BudgetDialogProps {
  whose: Whose
  /** The one that is changed; null for a new one. */
  budget: Budget | null
  /** Categories that have a budget; null is that of all spending. */
  taken: readonly (string | null)[]
  onClose: () => void
}

/** A limit for a month, on a category or on all spending. */
export function BudgetDialog({ whose, budget, taken, onClose }: BudgetDialogProps) {
  const { t, language } = useMoney()
  const nameOf = useBudgetName()
  const form = useId()
  const free = [null, ...SPENT_ON].filter((category) => !taken.includes(category))
  const [category, setCategory] = useState(free[0] ?? ALL)
  const wanted = { currency: whose.currency, least: 1, most: MOST_MINOR }
  const [limit, setLimit] = useState(() => typedAmount(budget?.limit_minor ?? null, whose.currency, language))
  const [isChecked, setIsChecked] = useState(false)
  // One key a dialog: however often it is sent, one budget comes of it.
  const [key] = useState(() => crypto.randomUUID())
  const keep = useBudget(whose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsChecked(true)
    const { minor: limitMinor } = readAmount(limit, wanted)
    if (limitMinor === null) return
    keep.mutate(
      budget
        ? { how: 'change', budget, limitMinor }
        : { how: 'set', category: category === ALL ? null : (category as Category), limitMinor, key },
      { onSuccess: onClose },
    )
  }
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={budget ? nameOf(budget.category) : t('budget.new')}
      className="max-w-md"
    >
      <form id={form} onSubmit={submit} className="grid gap-4 p-5">
        {!budget && (
          <Field label={t('budget.category')}>
            {(attributes) => (
              <select
                {...attributes}
                value={category}
                onChange={(event) => setCategory(event.target.value)}
                className={`${INPUT} h-9`}
              >
                {free.map((one) => (
                  <option key={one ?? ALL} value={one ?? ALL}>
                    {nameOf(one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <AmountInput
          {...wanted}
          label={t('budget.limit', { currency: whose.currency })}
          typed={limit}
          onTyped={setLimit}
          isChecked={isChecked}
        />
        {keep.isError && (
          <p role="alert" className="rounded-control bg-bad-soft px-3 py-2.5 text-bad">
            {t('budget.failed', {
              why:
                keep.error instanceof ApiError && keep.error.status > 0 ? keep.error.message : t('error.unreachable'),
            })}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          {budget && (
            <Button
              kind="quiet"
              className="mr-auto"
              disabled={keep.isPending}
              onClick={() => keep.mutate({ how: 'drop', budget }, { onSuccess: onClose })}
            >
              {t('budget.drop')}
            </Button>
          )}
          <Button kind="primary" type="submit" busy={keep.isPending}>
            {t('budget.save')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
