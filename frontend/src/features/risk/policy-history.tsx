import { Person } from '@/features/session/person'
import type { PolicyMove } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

/** What was done with a version, first to last, by whom and why. */
export function PolicyHistory({ moves }: { moves: PolicyMove[] }) {
  const { t, word, date, hourMinute } = useRisk()
  return (
    <ol>
      {moves.map((move, index) => {
        const atMs = toMs(move.moved_at)
        return (
          <li key={move.moved_at + move.action} className="relative pb-4 pl-5 last:pb-0">
            {index < moves.length - 1 && (
              <span aria-hidden className="absolute top-3 bottom-[-7px] left-[3px] w-px bg-line-strong" />
            )}
            <span aria-hidden className="absolute top-[7px] left-0 size-[7px] rounded-full bg-accent" />
            <p className="text-ink">{word('risk.moved', move.action)}</p>
            {move.note && <p className="text-pretty text-ink-2">{move.note}</p>}
            <p className="text-[12px] text-ink-3 tabular">
              <Person id={move.actor} /> · {t('risk.at', { date: date(atMs), time: hourMinute(atMs) })}
            </p>
          </li>
        )
      })}
    </ol>
  )
}
