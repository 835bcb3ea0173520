import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { classes } from '@/design/classes'
import { SplitOutline } from '@/design/outlines'
import { PaymentLinks } from '@/features/held/payment-links'
import type { AskedBack } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { Person } from '@/features/session/person'

/** The sums of money that is asked back, how it ended, and the ways to its payment. */
export function MoneyBox({
  of,
  sums,
  result,
}: {
  of: AskedBack
  sums: readonly { name: string; of: AskedBack['amount'] }[]
  result: string | null
}) {
  const { t, money } = useOffice()
  return (
    <Box title={t('dispute.money')}>
      <dl className={classes('grid gap-3', sums.length > 2 ? 'grid-cols-1 sm:grid-cols-3' : 'grid-cols-2')}>
        {sums.map(({ name, of: sum }) => (
          <div key={name}>
            <dt className="text-[12px] text-ink-3">{name}</dt>
            <dd className="mt-0.5 text-[17px] font-semibold text-ink tabular">
              {money(sum.amount_minor, sum.currency)}
            </dd>
          </div>
        ))}
      </dl>
      {result !== null && (
        <p className="mt-3 text-ink-2">
          {t('dispute.result')}: {result}
        </p>
      )}
      <div className="mt-3">
        <PaymentLinks transferId={of.transfer_id} />
      </div>
    </Box>
  )
}

interface FactsBoxProps {
  of: AskedBack
  title: string
  /** What the directory calls it, and its word for where it stands. */
  external: { name: string; value: string | null }
  directory: string
  /** Its moments by name. */
  moments: readonly { name: string; at: string }[]
}

/** What is known of money that is asked back, and who did what of it. */
export function FactsBox({ of, title, external, directory, moments }: FactsBoxProps) {
  const { t, word, date, hourMinute } = useOffice()
  return (
    <Box title={title}>
      <Facts>
        {external.value !== null && (
          <Fact name={external.name}>
            <CopyValue value={external.value} />
          </Fact>
        )}
        <Fact name={t('dispute.infraction')}>
          <span title={directory}>{word('directory', directory.toLowerCase())}</span>
        </Fact>
        <Fact name={t('held.customer')}>
          <CopyValue value={of.customer_id} />
        </Fact>
        <Fact name={t('held.account')}>
          <CopyValue value={of.account_id} />
        </Fact>
        {moments.map(({ name, at }) => (
          <Fact key={name} name={name}>
            {date(Date.parse(at))}, {hourMinute(Date.parse(at))}
          </Fact>
        ))}
        <Fact name={t('dispute.opened')}>
          <Person id={of.opened_by} />
        </Fact>
        {of.judged_by !== null && (
          <Fact name={t('held.judged')}>
            <Person id={of.judged_by} />
          </Fact>
        )}
      </Facts>
    </Box>
  )
}

interface HeldOneProps<T> {
  title: string
  back: { to: string; label: string }
  found: UseQueryResult<T>
  chips: (of: T) => ReactNode
  /** What it comes to and what was done; what to do next, and what is known of it. */
  children: (of: T) => { main: ReactNode; aside: ReactNode }
}

/** A page of one: on a phone the next step comes first. */
export function HeldOne<T extends AskedBack>({ title, back, found, chips, children }: HeldOneProps<T>) {
  const { t } = useOffice()
  const { data } = found
  return (
    <Page
      title={title}
      lead={data ? t(`dispute.situation.${data.situation}`) : '\u00a0'}
      back={back}
      actions={data && <span className="flex flex-wrap gap-1.5">{chips(data)}</span>}
    >
      <Answered of={found} outline={<SplitOutline main={[2, 2, 3]} aside={[2, 5]} asideFirst />}>
        {(of) => {
          const { main, aside } = children(of)
          return (
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
              <div className="order-2 grid min-w-0 gap-4 xl:order-1">{main}</div>
              <div className="order-1 grid min-w-0 gap-4 xl:order-2">{aside}</div>
            </div>
          )
        }}
      </Answered>
    </Page>
  )
}
