import { Chip, type ChipTone } from '@/design/chip'
import type { Urgency } from '@/features/office/types'
import { stepOf, until } from '@/features/office/until'
import { useOffice } from '@/features/office/words'
import { useNow } from '@/lib/use-now'

export const URGENCY_TONES: Record<Urgency, ChipTone> = { late: 'bad', warning: 'caution', on_time: 'quiet' }

/** How long there is until a moment, and how near that is. */
export function MomentChip({ at, urgency }: { at: string; urgency: Urgency }) {
  const { language, date, hourMinute } = useOffice()
  const atMs = Date.parse(at)
  const nowMs = useNow(stepOf(atMs))
  return (
    <span title={`${date(atMs)}, ${hourMinute(atMs)}`}>
      <Chip tone={URGENCY_TONES[urgency]}>
        <time dateTime={at} className="tabular">
          {until(atMs - nowMs, language)}
        </time>
      </Chip>
    </span>
  )
}
