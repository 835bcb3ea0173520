import { ShieldCheck } from 'lucide-react'
import { Link } from 'react-router'
import { classes } from '@/design/classes'
import { CategoryMark, CategoryMenu } from '@/features/accounts/category-menu'
import type { Category, Movement } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { toMs } from '@/lib/time'
import { useTodayMs } from '@/lib/use-now'

interface MovementRowProps {
  movement: Movement
  /** Absent where the reader may not change it. */
  onCategory?: ((category: Category) => void) | undefined
}

export function MovementRow({ movement, onCategory }: MovementRowProps) {
  const { t, word, money, date, day, hourMinute } = useAccounts()
  const todayMs = useTodayMs()
  const { amount, balance_after, category, counterparty, description, note } = movement
  const bookedMs = toMs(movement.booked_at)
  const other = counterparty.name ?? t(`movements.kind.${counterparty.kind}`)
  const isIn = amount.amount_minor > 0
  const isRecent = new Date(bookedMs).getFullYear() === new Date(todayMs).getFullYear()
  const more = [
    t('movements.at', { date: isRecent ? day(bookedMs) : date(bookedMs), time: hourMinute(bookedMs) }),
    word('category', category),
    ...(description === null || counterparty.name === null ? [] : [counterparty.name]),
    ...(note === null ? [] : [note]),
  ]
  return (
    <div
      data-row={movement.transfer_id}
      tabIndex={-1}
      className="grid h-full grid-cols-[auto_minmax(0,1fr)_auto_auto] items-center gap-x-3 border-b sm:gap-x-3.5 border-line px-4 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
    >
      {onCategory ? <CategoryMenu category={category} onChange={onCategory} /> : <CategoryMark category={category} />}
      <span className="min-w-0">
        <span className="block truncate font-medium text-ink">{description ?? other}</span>
        <span className="block truncate text-[12.5px] text-ink-3 tabular">{more.join(' · ')}</span>
      </span>
      <span className="text-right whitespace-nowrap tabular">
        <span className={classes('block font-medium', isIn ? 'text-good' : 'text-ink')}>
          {isIn && '+'}
          {money(amount.amount_minor, amount.currency)}
        </span>
        <span className="block text-[12.5px] text-ink-3">
          <span className="sr-only">{t('account.balance')} </span>
          {money(balance_after.amount_minor, balance_after.currency)}
        </span>
      </span>
      <Link
        to={`/chain/prove/${movement.transfer_id}`}
        aria-label={t('movements.prove')}
        title={t('movements.prove')}
        className="-mr-2 grid size-8 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-accent"
      >
        <ShieldCheck size={15} strokeWidth={1.75} aria-hidden />
      </Link>
    </div>
  )
}
