import { useState, type FormEvent } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { readTexts, type Filters, type FilterTexts, type ReadFilters } from '@/features/accounts/filters'
import { CATEGORIES } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { MOST_ASKED_MINOR, typedAmount } from '@/lib/amounts'
import { dayBefore } from '@/lib/days'

interface MovementFiltersProps {
  /** That of the account. */
  currency: string
  filters: Filters
  onChange: (filters: Filters) => void
  onClose: () => void
}

/** What movements are narrowed to, besides words and direction. */
export function MovementFilters({ currency, filters, onChange, onClose }: MovementFiltersProps) {
  const { t, language } = useAccounts()
  const typed = (minor: string | undefined) =>
    typedAmount(minor === undefined ? null : Number(minor), currency, language)
  const [texts, setTexts] = useState<FilterTexts>({
    category: filters.category ?? '',
    atLeast: typed(filters.at_least_minor),
    atMost: typed(filters.at_most_minor),
    first: filters.from ?? '',
    last: filters.to ? dayBefore(filters.to) : '',
  })
  const [problems, setProblems] = useState<ReadFilters['problems']>({})
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTexts(texts, filters, currency)
    setProblems(read.problems)
    if (Object.keys(read.problems).length === 0) onChange(read.filters)
  }
  const amount = (name: 'atLeast' | 'atMost') => {
    const problem = problems[name]
    return (
      <AmountInput
        label={t(`movements.filter.${name}`)}
        currency={currency}
        most={MOST_ASKED_MINOR}
        typed={texts[name]}
        onTyped={(next) => setTexts((before) => ({ ...before, [name]: next }))}
        isOptional
        isChecked={problem !== undefined}
        problem={problem === 'order' ? t('movements.filter.wrong.order') : undefined}
        className="col-span-1"
      />
    )
  }
  const day = (name: 'first' | 'last') => {
    const problem = problems[name]
    return (
      <Field
        label={t(`movements.filter.${name}`)}
        problem={problem && t('movements.filter.wrong.order')}
        className="col-span-1"
      >
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            autoComplete="off"
            value={texts[name]}
            onChange={(event) => setTexts((before) => ({ ...before, [name]: event.target.value }))}
            className={`${INPUT} h-9`}
          />
        )}
      </Field>
    )
  }
  return (
    <form
      aria-label={t('filter.title')}
      onSubmit={submit}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="grid animate-fade grid-cols-2 gap-3 border-b border-line p-4 sm:px-5 lg:grid-cols-6"
    >
      <Field label={t('movements.filter.category')} className="col-span-2">
        {(attributes) => (
          <select
            {...attributes}
            autoFocus
            value={texts.category}
            onChange={(event) => setTexts((before) => ({ ...before, category: event.target.value }))}
            className={`${INPUT} h-9`}
          >
            <option value="">{t('movements.filter.any')}</option>
            {CATEGORIES.map((category) => (
              <option key={category} value={category}>
                {t(`category.${category}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {amount('atLeast')}
      {amount('atMost')}
      <span className="hidden lg:col-span-2 lg:block" />
      <span className="contents lg:col-span-4 lg:grid lg:grid-cols-2 lg:gap-3">
        {day('first')}
        {day('last')}
      </span>
      <div className="col-span-2 flex flex-wrap gap-2 lg:pt-[1.4rem]">
        <Button kind="primary" type="submit">
          {t('filter.apply')}
        </Button>
        <Button kind="quiet" onClick={onClose}>
          {t('common.close')}
        </Button>
      </div>
    </form>
  )
}
