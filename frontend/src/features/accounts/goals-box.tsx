import { useQuery } from '@tanstack/react-query'
import { Box } from '@/design/box'
import { Meter } from '@/design/meter'
import { goalsQuery } from '@/features/accounts/api'
import type { Goal } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { localNoonMs } from '@/lib/days'

function Row({ goal }: { goal: Goal }) {
  const { t, money, date } = useAccounts()
  const { balance, target, target_date } = goal
  const saved = money(balance.amount_minor, balance.currency)
  return (
    <li>
      <p className="flex items-baseline justify-between gap-3">
        <span className="truncate font-medium">{goal.name}</span>
        <span className="shrink-0 text-ink-2 tabular">
          {target ? t('account.goal.of', { saved, target: money(target.amount_minor, target.currency) }) : saved}
        </span>
      </p>
      {target && (
        <Meter
          ratio={balance.amount_minor / target.amount_minor}
          tone={goal.reached ? 'good' : 'accent'}
          className="mt-2"
        />
      )}
      {target_date && (
        <p className="mt-1 text-[12.5px] text-ink-3">
          {t('account.goal.until', { date: date(localNoonMs(target_date)) })}
        </p>
      )}
    </li>
  )
}

/** What is set aside under an account; nothing where nothing is. */
export function GoalsBox({ accountId }: { accountId: string }) {
  const { t } = useAccounts()
  const goals = useQuery(goalsQuery(accountId)).data?.items.filter(({ status }) => status === 'open') ?? []
  if (goals.length === 0) return null
  return (
    <Box title={t('account.goals')}>
      <ul aria-label={t('account.goals')} className="grid gap-4">
        {goals.map((goal) => (
          <Row key={goal.goal_id} goal={goal} />
        ))}
      </ul>
    </Box>
  )
}
