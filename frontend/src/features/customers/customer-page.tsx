import { useQuery } from '@tanstack/react-query'
import { Ban, PiggyBank, WalletCards } from 'lucide-react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Fact, Facts } from '@/design/facts'
import { LinkButton } from '@/design/link-button'
import { SplitOutline } from '@/design/outlines'
import { NotFound } from '@/design/states'
import { customerQuery } from '@/features/accounts/api'
import { customerIdOf } from '@/features/accounts/customer-search'
import { Declared } from '@/features/customers/declared'
import { CustomerStatusChip } from '@/features/customers/status-chip'
import type { Customer } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'
import { toMs } from '@/lib/time'

function Known({ of }: { of: Customer }) {
  const { t, word, date } = useCustomers()
  const unknown = <span className="text-ink-3">{t('customer.unknown')}</span>
  return (
    <Box title={t('customer.known')}>
      <Facts>
        <Fact name={t('customer.kind')}>{word('customer.kind', of.kind)}</Fact>
        <Fact name={t('customer.since')}>{date(toMs(of.created_at))}</Fact>
        <Fact name={t('customer.state')}>{of.state ?? unknown}</Fact>
        <Fact name={t('customer.email')}>{of.email ?? unknown}</Fact>
        <Fact name={t('customer.phone')}>{of.phone ?? unknown}</Fact>
      </Facts>
      <div className="mt-5 flex flex-wrap gap-2">
        <LinkButton to={`/accounts?customer_id=${encodeURIComponent(of.customer_id)}`}>
          <WalletCards size={14} aria-hidden />
          {t('customer.accounts')}
        </LinkButton>
        <LinkButton to={`/money?customer_id=${encodeURIComponent(of.customer_id)}`}>
          <PiggyBank size={14} aria-hidden />
          {t('customer.money')}
        </LinkButton>
      </div>
    </Box>
  )
}

/** That nothing more is written of somebody, and why. */
function Ended({ of }: { of: Customer }) {
  const { t } = useCustomers()
  if (of.restricted_at === null && of.status === 'active') return null
  const why = of.restricted_at === null ? of.status : 'restricted'
  return (
    <p className="panel flex items-center gap-2.5 bg-caution-soft px-4 py-3 text-pretty text-ink-2 sm:px-5">
      <Ban size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-caution" />
      {t(why === 'restricted' ? 'customer.restricted' : why === 'closed' ? 'customer.closed' : 'customer.blocked')}
    </p>
  )
}

function CustomerWith({ customerId }: { customerId: string }) {
  const { t } = useCustomers()
  const customer = useQuery(customerQuery(customerId))
  const { data } = customer
  return (
    <Page
      title={data ? (data.full_name ?? t('customer.nameless')) : customerId}
      lead={customerId}
      back={{ to: '/customers', label: t('customers.title') }}
      actions={data && <CustomerStatusChip status={data.status} />}
    >
      <Answered of={customer} outline={<SplitOutline main={[2, 5]} aside={[5]} />}>
        {(found) => (
          <>
            <Ended of={found} />
            <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
              <div className="grid min-w-0 gap-4">
                <Declared of={found} />
              </div>
              <Known of={found} />
            </div>
          </>
        )}
      </Answered>
    </Page>
  )
}

/** One customer as the bank knows them: what they say that they earn, and from which devices they pay. */
export default function CustomerPage() {
  const customerId = customerIdOf(useParams()['customerId'] ?? null)
  return customerId === null ? <NotFound /> : <CustomerWith key={customerId} customerId={customerId} />
}
