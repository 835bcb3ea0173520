import { Link } from 'react-router'
import { Meter } from '@/design/meter'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import type { useMoves } from '@/features/models/api'
import { MoveChip } from '@/features/models/model-status'
import { useMoveTitle } from '@/features/models/step'
import type { ModelMove } from '@/features/models/types'
import { Person } from '@/features/session/person'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const AGE_STEP_MS = 10_000

function MoveRow({ move, nowMs }: { move: ModelMove; nowMs: number }) {
  const { t, ago } = useRisk()
  const titleOf = useMoveTitle()
  const { status, done_records: done, all_records: all } = move
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/risk/moves/${move.move_id}`}
        className="grid gap-1 px-4 py-3 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex items-center justify-between gap-3">
          <span className="font-medium text-ink tabular">{titleOf(move)}</span>
          <MoveChip move={move} />
        </span>
        <span className="line-clamp-2 text-pretty text-ink-2">{move.why}</span>
        {status === 'running' && <Meter ratio={all ? done / all : 0} tone="accent" className="my-1" />}
        <span className="flex justify-between gap-3 text-[12px] text-ink-3 tabular">
          <span>
            {t('risk.by')} <Person id={move.asked_by} />
          </span>
          <span className="whitespace-nowrap">{ago(nowMs - toMs(move.asked_at))}</span>
        </span>
      </Link>
    </li>
  )
}

/** What was asked of models, newest first, each with how far it is. */
export function MoveList({ moves }: { moves: ReturnType<typeof useMoves> }) {
  const { t } = useRisk()
  const nowMs = useNow(AGE_STEP_MS)
  if (moves.isPending) return <RowsSkeleton rows={2} />
  if (isLost(moves) || moves.data === undefined)
    return <ErrorState error={moves.error} onRetry={() => void moves.refetch()} />
  const { items } = moves.data
  return (
    <>
      <StaleNotice of={moves} />
      {items.length === 0 ? (
        <p className="p-4 text-pretty text-ink-3 sm:px-5">{t('move.none')}</p>
      ) : (
        <ul aria-label={t('move.list')}>
          {items.map((move) => (
            <MoveRow key={move.move_id} move={move} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </>
  )
}
