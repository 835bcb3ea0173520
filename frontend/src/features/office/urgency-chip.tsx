import { Chip, type ChipTone } from '@/design/chip'
import type { Urgency } from '@/features/office/types'
import { until } from '@/features/office/until'
import { useOffice } from '@/features/office/words'
import { useNow } from '@/lib/use-now'

export const URGENCY_TONES: Record<Urgency, ChipTone> = { late: 'bad', warning: 'caution', on_time: 'quiet' }
const STEP_MS = 30_000

/** How long there is until a moment, and how near that is. */
export function MomentChip({ at, urgency }: { at: string; urgency: Urgency }) {
  const { language, date, hourMinute } = useOffice()
  const nowMs = useNow(STEP_MS)
  const atMs = Date.parse(at)
  return (
    <span title={`${date(atMs)}, ${hourMinute(atMs)}`}>
      <Chip tone={URGENCY_TONES[urgency]}>
        <time dateTime={at}>{until(atMs - nowMs, language)}</time>
      </Chip>
    </span>
  )
}
