import { useQuery } from '@tanstack/react-query'
import { Search, UserRound, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Link } from 'react-router'
import { Button, IconButton } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { customerQuery } from '@/features/accounts/api'
import { useAccounts } from '@/features/accounts/words'

const ID = /^[A-Za-z0-9._:@-]{1,64}$/

/** What the API takes as a customer's id, or null. */
export const customerIdOf = (text: string | null): string | null => (text !== null && ID.test(text) ? text : null)

interface CustomerSearchProps {
  customerId: string | null
  onChange: (customerId: string | null) => void
}

/** Whose accounts are asked for, by those who serve more than one customer. */
export function CustomerSearch({ customerId, onChange }: CustomerSearchProps) {
  const { t } = useAccounts()
  const [text, setText] = useState(customerId ?? '')
  const [isWrong, setIsWrong] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = text.trim()
    const id = customerIdOf(wanted)
    setIsWrong(wanted !== '' && id === null)
    if (wanted === '' || id !== null) onChange(id)
  }
  return (
    <form role="search" onSubmit={submit} className="flex w-full items-start gap-2 sm:w-auto">
      <Field
        label={t('accounts.customer')}
        problem={isWrong ? t('accounts.customer.wrong') : undefined}
        className="flex-1 sm:w-56 sm:flex-none"
      >
        {(attributes) => (
          <input
            {...attributes}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            placeholder="c000042"
            className={`${INPUT} h-9`}
          />
        )}
      </Field>
      <Button type="submit" className="mt-[1.4rem]">
        <Search size={14} aria-hidden />
        {t('accounts.customer.find')}
      </Button>
    </form>
  )
}

/** Who the customer is whose accounts are shown. */
export function CustomerStrip({ customerId, onClear }: { customerId: string; onClear: () => void }) {
  const { t, word } = useAccounts()
  const { data } = useQuery(customerQuery(customerId))
  return (
    <div className="panel flex items-center gap-3.5 px-4 py-3 sm:px-5">
      <span className="grid size-9 shrink-0 place-items-center rounded-full bg-sunken text-ink-3">
        <UserRound size={17} strokeWidth={1.75} aria-hidden />
      </span>
      <div className="mr-auto min-w-0">
        <p className="truncate font-medium">
          <Link to={`/customers/${customerId}`} className="rounded-[5px] hover:text-accent">
            {data ? (data.full_name ?? t('accounts.customer.nameless')) : customerId}
          </Link>
        </p>
        <p className="truncate text-[12.5px] text-ink-3">
          {customerId}
          {data && ` · ${word('account.status', data.status)}`}
        </p>
      </div>
      <IconButton label={t('accounts.customer.clear')} onClick={onClear}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  )
}
