import { useInfiniteQuery } from '@tanstack/react-query'
import { PiggyBank } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Segmented } from '@/design/segmented'
import { Notice } from '@/design/states'
import { accountsQuery } from '@/features/accounts/api'
import { customerIdOf, CustomerSearch, CustomerStrip } from '@/features/accounts/customer-search'
import { CashFlowBox } from '@/features/forecasts/cash-flow-box'
import { BudgetsBox } from '@/features/money/budgets-box'
import { CalendarBox } from '@/features/money/calendar-box'
import { HealthBox } from '@/features/money/health-box'
import { RecurringBox } from '@/features/money/recurring-box'
import type { Whose } from '@/features/money/types'
import { UnusualBox } from '@/features/money/unusual-box'
import { useMoney } from '@/features/money/words'
import { useUser } from '@/features/session/user'
import { BANK_CURRENCY } from '@/lib/currency'

const CUSTOMER = 'customer_id'
const CURRENCY = 'currency'

/** The currencies of a customer's accounts, the bank's own first. */
function useCurrencies(customerId: string | null): readonly string[] {
  const { data } = useInfiniteQuery({ ...accountsQuery(customerId), enabled: true })
  const held = data?.pages.flatMap(({ items }) => items.map(({ currency }) => currency)) ?? []
  return [...new Set([BANK_CURRENCY, ...held])]
}

function Insights({ customerId, search, setSearch }: InsightsProps) {
  const { t } = useMoney()
  const own = useUser().customer_id
  const currencies = useCurrencies(customerId)
  const asked = search.get(CURRENCY)
  const currency = asked && currencies.includes(asked) ? asked : BANK_CURRENCY
  const whose: Whose = { customerId, currency }
  const choose = (code: string) =>
    setSearch((before) => {
      before.set(CURRENCY, code)
      return before
    })
  return (
    <>
      {currencies.length > 1 && (
        <div>
          <Segmented
            label={t('money.currency')}
            value={currency}
            onChange={choose}
            options={currencies.map((value) => ({ value, label: value }))}
          />
        </div>
      )}
      <div key={currency} className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <CalendarBox whose={whose} />
          <BudgetsBox whose={whose} />
          <RecurringBox whose={whose} />
        </div>
        <div className="grid min-w-0 gap-4">
          <HealthBox whose={whose} />
          <UnusualBox whose={whose} />
          <CashFlowBox customerId={customerId ?? own ?? ''} currency={currency} />
        </div>
      </div>
    </>
  )
}

interface InsightsProps {
  customerId: string | null
  search: URLSearchParams
  setSearch: ReturnType<typeof useSearchParams>[1]
}

/** What a customer's own movements say about their money; of those who serve customers, of the one they name. */
export default function MoneyPage() {
  const { t } = useMoney()
  const isOwn = useUser().customer_id !== null
  const [search, setSearch] = useSearchParams()
  const customerId = isOwn ? null : customerIdOf(search.get(CUSTOMER))
  const choose = (id: string | null) => setSearch(id === null ? {} : { [CUSTOMER]: id })
  return (
    <Page
      title={t('money.title')}
      lead={t(isOwn ? 'money.lead.own' : 'money.lead.one')}
      actions={!isOwn && <CustomerSearch key={customerId} customerId={customerId} onChange={choose} />}
    >
      {customerId && <CustomerStrip customerId={customerId} onClear={() => choose(null)} />}
      {isOwn || customerId ? (
        <Insights key={customerId} customerId={customerId} search={search} setSearch={setSearch} />
      ) : (
        <div className="panel">
          <Notice icon={PiggyBank} title={t('money.choose')} body={t('money.choose.body')} role="status" />
        </div>
      )}
    </Page>
  )
}
