import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Segmented } from '@/design/segmented'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { Listed } from '@/features/held/listed'
import { Sides } from '@/features/held/sides'
import { SHOWN, type AskedBack, type Shown } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'

interface HeldRowProps {
  of: AskedBack
  to: string
  name: string
  chip: ReactNode
  /** How it ended; null while it has not. */
  result: string | null
}

/** Money that is asked back, of us or by us: what it is called, how much, where it stands, and by when. */
export function HeldRow({ of, to, name, chip, result }: HeldRowProps) {
  const { t, money, date } = useOffice()
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={to}
        className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-mono text-[12.5px] text-ink">{name}</span>
          <span className="hidden truncate text-ink-2 sm:inline">{t(`dispute.situation.${of.situation}`)}</span>
        </span>
        <span className="text-right font-medium text-ink tabular">
          {money(of.amount.amount_minor, of.amount.currency)}
        </span>
        <span className="flex flex-wrap items-center gap-1.5">
          {chip}
          {of.due_at !== null && of.urgency !== null && <MomentChip at={of.due_at} urgency={of.urgency} />}
        </span>
        <span className="self-center text-right text-[12px] text-ink-3 tabular">
          {result ?? date(toMs(of.reported_at))}
        </span>
      </Link>
    </li>
  )
}

interface HeldListProps<T> {
  title: string
  lead: string
  shown: Shown
  onShow: (shown: Shown) => void
  /** What else narrows the list. */
  filter?: ReactNode
  of: UseInfiniteQueryResult & { data: { pages: { items: T[] }[] } | undefined }
  none: ReactNode
  /** What begins one. */
  form: ReactNode
  row: (one: T) => ReactNode
}

/** A list of money that is asked back, either side: what is due first at first, or what has ended. */
export function HeldList<T>({ title, lead, shown, onShow, filter, of, none, form, row }: HeldListProps<T>) {
  const { t } = useOffice()
  return (
    <Page title={title} lead={lead} tabs={<ComplianceTabs />}>
      <Sides />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <section aria-label={title} className="panel min-w-0 overflow-hidden">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-5">
            <Segmented
              label={t('held.show')}
              value={shown}
              onChange={onShow}
              options={SHOWN.map((value) => ({ value, label: t(`dispute.show.${value}`) }))}
            />
            {filter}
          </div>
          <Listed label={title} of={of} none={none}>
            {row}
          </Listed>
        </section>
        {form}
      </div>
    </Page>
  )
}
