import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Box } from '@/design/box'
import { Chip } from '@/design/chip'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { queuesQuery } from '@/features/office/api'
import type { Queue } from '@/features/office/types'
import { useOffice } from '@/features/office/words'
import { isOfficer } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const QUEUES: readonly { name: Queue['queue']; to: string; officersOnly: boolean }[] = [
  { name: 'alerts', to: '/alerts', officersOnly: false },
  { name: 'cases', to: '/compliance/cases', officersOnly: false },
  { name: 'reports', to: '/compliance/reports', officersOnly: true },
  { name: 'blocks', to: '/compliance/blocks', officersOnly: true },
  { name: 'disputes', to: '/compliance/disputes', officersOnly: true },
  { name: 'recoveries', to: '/compliance/disputes/sent', officersOnly: true },
  { name: 'freezes', to: '/compliance/cases', officersOnly: true },
  { name: 'hits', to: '/compliance/screening', officersOnly: false },
]
/** In the order in which work goes; what is not here comes last. */
const STATES = [
  'created',
  'sent',
  'analysed',
  'refunding',
  'returning',
  'open',
  'in_review',
  'analysis',
  'acknowledged',
  'held',
  'draft',
  'proposed',
  'agreed',
  'to_report',
  'exported',
]
const rank = (state: string) => (STATES.includes(state) ? STATES.indexOf(state) : STATES.length)

function QueueRow({ name, to, states }: { name: Queue['queue']; to: string; states: readonly Queue[] }) {
  const { t, word, count } = useOffice()
  const toJudge = states.reduce((sum, state) => sum + state.to_judge, 0)
  const mine = states.reduce((sum, state) => sum + state.mine, 0)
  return (
    <li className="border-b border-line last:border-b-0">
      <Link to={to} className="grid gap-1 px-4 py-2.5 outline-offset-[-2px] hover:bg-hover sm:px-5">
        <span className="flex min-h-6 items-center justify-between gap-3">
          <span className="font-medium text-ink">{t(`queue.${name}`)}</span>
          <span className="flex gap-1.5">
            {mine > 0 && <Chip tone="quiet">{t('office.mine', { count: mine })}</Chip>}
            {toJudge > 0 && <Chip tone="accent">{t('office.toJudge', { count: toJudge })}</Chip>}
          </span>
        </span>
        <span className="flex flex-wrap gap-x-3 text-[12.5px] text-ink-3 tabular">
          {states.length === 0 && t('office.queue.empty')}
          {states.map((state) => (
            <span key={state.state}>
              <span className="font-medium text-ink-2">{count(state.count)}</span> {word(`queue.${name}`, state.state)}
            </span>
          ))}
        </span>
      </Link>
    </li>
  )
}

/** How many wait where, and what of it is for whoever reads this. */
export function QueuesBox() {
  const { t } = useOffice()
  const { roles } = useUser()
  const queues = useQuery(queuesQuery)
  return (
    <Box title={t('office.queues')} flush>
      {queues.isPending && <RowsSkeleton rows={5} />}
      {isLost(queues) && <ErrorState error={queues.error} onRetry={() => void queues.refetch()} />}
      {queues.data && !isLost(queues) && (
        <>
          <StaleNotice of={queues} />
          <ul aria-label={t('office.queues')}>
            {QUEUES.filter(({ officersOnly }) => !officersOnly || isOfficer(roles)).map(({ name, to }) => (
              <QueueRow
                key={name}
                name={name}
                to={to}
                states={queues.data.items
                  .filter(({ queue }) => queue === name)
                  .sort((a, b) => rank(a.state) - rank(b.state))}
              />
            ))}
          </ul>
        </>
      )}
    </Box>
  )
}
