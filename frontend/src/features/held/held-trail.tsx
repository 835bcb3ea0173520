import { useInfiniteQuery } from '@tanstack/react-query'
import { Box } from '@/design/box'
import { Person } from '@/features/session/person'
import { disputeTrailQuery } from '@/features/held/disputes'
import { Listed } from '@/features/held/listed'
import { recoveryTrailQuery } from '@/features/held/recoveries'
import type { TrailRow } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'

function Happened({ of, words }: { of: TrailRow; words: string }) {
  const { word, date, hourMinute } = useOffice()
  const atMs = toMs(of.at)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5">
      <span className="text-ink-2">
        {word(words, of.act)} · <Person id={of.actor} />
      </span>
      <time dateTime={of.at} className="text-[12px] whitespace-nowrap text-ink-3 tabular">
        {date(atMs)}, {hourMinute(atMs)}
      </time>
    </li>
  )
}

/** Who did what to a dispute or a recovery and when: rows of the chain that nobody can change. */
export function HeldTrail({ of, id }: { of: 'dispute' | 'recovery'; id: string }) {
  const { t } = useOffice()
  const trail = useInfiniteQuery(of === 'dispute' ? disputeTrailQuery(id) : recoveryTrailQuery(id))
  return (
    <Box title={t('dispute.trail')} flush>
      <Listed label={t('dispute.trail')} of={trail} none={null}>
        {(row) => <Happened key={row.position} of={row} words={`${of}.did`} />}
      </Listed>
    </Box>
  )
}
