import { useQuery, keepPreviousData } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { FiguresOutline, Outline, SplitOutline } from '@/design/outlines'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { dueQuery, queuesQuery } from '@/features/office/api'
import { ClockTable } from '@/features/office/clock-table'
import { DueItems } from '@/features/office/due-items'
import { QueuesBox } from '@/features/office/queues-box'
import { CLOCKS, type DueClock, type DueList } from '@/features/office/types'
import { useOffice } from '@/features/office/words'

const INKS = { late: 'text-bad', warning: 'text-caution', on_time: 'text-ink', toJudge: 'text-accent' } as const

/** How the office stands this morning, in four numbers. */
function Standing({ due }: { due: DueList }) {
  const { t, count } = useOffice()
  const { data: queues } = useQuery(queuesQuery)
  const toJudge = queues?.items.reduce((sum, queue) => sum + queue.to_judge, 0)
  const figures = { late: due.late, warning: due.warning, on_time: due.on_time, toJudge }
  return (
    <dl aria-label={t('office.standing')} className="panel grid grid-cols-2 overflow-hidden sm:grid-cols-4">
      {(['late', 'warning', 'on_time', 'toJudge'] as const).map((name) => (
        <div
          key={name}
          className="border-line px-4 py-3 even:border-l sm:px-5 sm:not-first:border-l [&:nth-child(n+3)]:border-t sm:[&:nth-child(n+3)]:border-t-0"
        >
          <dt className="text-[12px] text-ink-3">{t(`office.standing.${name}`)}</dt>
          <dd
            className={classes(
              'mt-0.5 text-[20px] font-semibold tabular',
              (figures[name] ?? 0) > 0 ? INKS[name] : 'text-ink-3',
            )}
          >
            {figures[name] === undefined ? '–' : count(figures[name])}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const TodayOutline = () => (
  <>
    <Outline>
      <FiguresOutline />
    </Outline>
    <SplitOutline main={[8]} aside={[8, 5]} />
  </>
)

/** What an officer opens in the morning: every clock that runs, what ends next, and how many wait where. */
export default function TodayPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const clock = CLOCKS.find((one) => one === search.get('clock')) ?? null
  const due = useQuery({ ...dueQuery(clock), placeholderData: keepPreviousData })
  const choose = (next: DueClock | null) => setSearch(next === null ? {} : { clock: next }, { replace: true })
  return (
    <Page title={t('office.title')} lead={t('office.lead')} tabs={<ComplianceTabs />}>
      <Answered of={due} outline={<TodayOutline />}>
        {(data) => (
          <>
            <Standing due={data} />
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem] xl:grid-rows-[auto_1fr]">
              <Box
                title={clock === null ? t('office.next') : t(`clock.${clock}`)}
                aside={
                  clock !== null && (
                    <Button kind="quiet" className="h-8 px-3" onClick={() => choose(null)}>
                      {t('office.allClocks')}
                    </Button>
                  )
                }
                flush
                className="xl:row-span-2"
              >
                <DueItems due={data} isFiltered={clock !== null} onShowAll={() => choose(null)} />
              </Box>
              <Box title={t('office.clocks')} flush>
                <ClockTable clocks={data.clocks} chosen={clock} onChoose={choose} />
              </Box>
              <QueuesBox />
            </div>
          </>
        )}
      </Answered>
    </Page>
  )
}
