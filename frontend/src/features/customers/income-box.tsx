import { useQuery } from '@tanstack/react-query'
import { PenLine, ReceiptText } from 'lucide-react'
import { useState } from 'react'
import { AskedBox } from '@/design/asked-box'
import { Button } from '@/design/button'
import { Chip } from '@/design/chip'
import { Folded } from '@/design/folded'
import { Notice } from '@/design/states'
import { incomeQuery } from '@/features/customers/api'
import { changeOf, heldOver, type Held } from '@/features/customers/income'
import { IncomeDialog } from '@/features/customers/income-dialog'
import { useCustomers } from '@/features/customers/words'
import { Person } from '@/features/session/person'
import { canKeepIncomes } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { localNoonMs } from '@/lib/days'
import { toMs } from '@/lib/time'

/** Who wrote it down, and when. */
function KeptBy({ of }: { of: Held }) {
  const { t, date, hourMinute } = useCustomers()
  const at = toMs(of.kept_at)
  return (
    <span className="text-[12px] text-ink-3 tabular">
      {t('income.keptBy')} <Person id={of.kept_by} /> · {t('customer.at', { date: date(at), time: hourMinute(at) })}
    </span>
  )
}

function Holds({ of, change }: { of: Held; change: number | null }) {
  const { t, money, date, percent } = useCustomers()
  const { monthly } = of
  return (
    <div className="grid gap-1 px-4 py-4 sm:px-5">
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="text-[22px] leading-8 font-semibold tracking-tight tabular">
          {money(monthly.amount_minor, monthly.currency)}
        </span>
        <span className="text-ink-3">{t('income.aMonth')}</span>
        {change !== null && change !== 0 && (
          <span className="text-[12.5px] text-ink-2 tabular">
            {t(change > 0 ? 'income.more' : 'income.less', { share: percent(Math.abs(change), 0) })}
          </span>
        )}
      </p>
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-ink-2">
        <Chip tone="quiet">{t(`income.source.${of.source}`)}</Chip>
        <span className="tabular">
          {t('income.since', {
            said: date(localNoonMs(of.declared_on)),
            from: date(localNoonMs(of.valid_from)),
          })}
        </span>
      </p>
      <KeptBy of={of} />
    </div>
  )
}

function FormerRow({ of }: { of: Held }) {
  const { t, money, date } = useCustomers()
  const day = (text: string) => date(localNoonMs(text))
  return (
    <li className="grid gap-0.5 border-t border-line px-4 py-3 sm:px-5">
      <span className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium tabular">{money(of.monthly.amount_minor, of.monthly.currency)}</span>
        <span className="text-ink-2 tabular">
          {t('income.span', { from: day(of.valid_from), until: day(of.until ?? of.valid_from) })}
        </span>
      </span>
      <span className="text-ink-2">{t(`income.source.${of.source}`)}</span>
      <KeptBy of={of} />
    </li>
  )
}

interface IncomeBoxProps {
  customerId: string
  /** Nothing more is written of whoever has left, or whose records are blocked. */
  isKept: boolean
}

/** What a customer earns in a month, as they said it: what holds, what was said before, and a way to write down anew. */
export function IncomeBox({ customerId, isKept }: IncomeBoxProps) {
  const { t } = useCustomers()
  const { roles, customer_id: me } = useUser()
  const incomes = useQuery(incomeQuery(customerId))
  const [isDeclaring, setIsDeclaring] = useState(false)
  const mayWrite = canKeepIncomes(roles) && isKept
  return (
    <AskedBox
      title={t('income.title')}
      of={incomes}
      aside={
        mayWrite &&
        incomes.data && (
          <Button className="h-8 px-3" onClick={() => setIsDeclaring(true)}>
            <PenLine size={14} aria-hidden />
            {t(incomes.data.holds ? 'income.anew' : 'income.first')}
          </Button>
        )
      }
    >
      {(found) => {
        const [holds, ...former] = heldOver(found)
        return (
          <>
            {holds ? (
              <Holds of={holds} change={changeOf([holds, ...former])} />
            ) : (
              <Notice
                icon={ReceiptText}
                title={t('income.none')}
                body={t(me === null ? 'income.none.staff' : 'income.none.own')}
                role="status"
              />
            )}
            {former.length > 0 && (
              <Folded title={t('income.before', { count: former.length })}>
                <ul aria-label={t('income.before.list')}>
                  {former.map((one) => (
                    <FormerRow key={one.version} of={one} />
                  ))}
                </ul>
              </Folded>
            )}
            {isDeclaring && (
              <IncomeDialog customerId={customerId} holds={found.holds} onClose={() => setIsDeclaring(false)} />
            )}
          </>
        )
      }}
    </AskedBox>
  )
}
