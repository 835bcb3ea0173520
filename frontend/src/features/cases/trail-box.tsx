import { useInfiniteQuery } from '@tanstack/react-query'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { trailQuery } from '@/features/cases/api'
import { Person } from '@/features/session/person'
import { useCases } from '@/features/cases/words'
import { toMs } from '@/lib/time'

/** What was done, each row with the hash that the next one holds: nobody can change one unseen. */
export function TrailBox({ caseId }: { caseId: string }) {
  const { t, word, date, hourMinute } = useCases()
  const trail = useInfiniteQuery(trailQuery(caseId))
  const rows = trail.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Box title={t('trail.title')} flush>
      {trail.isPending && <RowsSkeleton rows={3} />}
      {isLost(trail) && <ErrorState error={trail.error} onRetry={() => void trail.refetch()} />}
      <ol aria-label={t('trail.title')} className="max-h-80 overflow-y-auto">
        {rows.map((row) => (
          <li key={row.position} className="grid gap-0.5 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5">
            <span className="flex items-baseline justify-between gap-3">
              <span className="text-ink">{word('trail', row.act)}</span>
              <span className="text-[12px] whitespace-nowrap text-ink-3 tabular">
                {date(toMs(row.at))} {hourMinute(toMs(row.at))}
              </span>
            </span>
            <span className="flex items-center justify-between gap-3 text-[12px] text-ink-3">
              <Person id={row.actor} />
              <CopyValue value={row.hash} />
            </span>
          </li>
        ))}
      </ol>
      {trail.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
            {t('case.more')}
          </Button>
        </div>
      )}
    </Box>
  )
}
