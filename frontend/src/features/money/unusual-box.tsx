import { useQuery } from '@tanstack/react-query'
import { CategoryIcon } from '@/features/accounts/category-icon'
import { useAccounts } from '@/features/accounts/words'
import { unusualQuery } from '@/features/money/api'
import { InsightBox } from '@/features/money/insight-box'
import type { Unusual, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'
import { localNoonMs } from '@/lib/days'

function Row({ found, currency }: { found: Unusual; currency: string }) {
  const { t, money, language, day } = useMoney()
  const { word } = useAccounts()
  const month = new Intl.DateTimeFormat(language, { month: 'long' })
  const noon = localNoonMs(found.day)
  return (
    <li className="flex items-start gap-3">
      <span className="mt-0.5 text-ink-3">
        <CategoryIcon category={found.category} size={16} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex justify-between gap-3">
          <span className="truncate font-medium">{word('category', found.category)}</span>
          <span className="shrink-0 tabular">{money(found.amount_minor, currency)}</span>
        </p>
        <p className="text-[12.5px] text-pretty text-ink-3 tabular">
          {found.kind === 'payment'
            ? t('unusual.payment', { day: day(noon), usual: money(found.usual_minor, currency) })
            : t('unusual.month', { month: month.format(noon), usual: money(found.usual_minor, currency) })}
        </p>
      </div>
    </li>
  )
}

/** Payments and months unlike any before. */
export function UnusualBox({ whose }: { whose: Whose }) {
  const { t } = useMoney()
  return (
    <InsightBox title={t('unusual.title')} of={useQuery(unusualQuery(whose))}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="text-pretty text-ink-3">{t('unusual.none')}</p>
        ) : (
          <ul aria-label={t('unusual.title')} className="grid gap-4">
            {items.map((found) => (
              <Row
                key={found.transfer_id ?? `${found.day}:${found.category}`}
                found={found}
                currency={whose.currency}
              />
            ))}
          </ul>
        )
      }
    </InsightBox>
  )
}
