import type { Difference } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { Chip, type ChipTone } from '@/design/chip'

const MOST_SHOWN = 200
const TONES: Record<Difference['change'], ChipTone> = { added: 'good', removed: 'bad', changed: 'caution' }

/** Who comes, goes, and is said otherwise. */
export function DifferenceList({ items, label }: { items: readonly Difference[]; label: string }) {
  const { t, count } = useCompliance()
  if (items.length === 0) return <p className="p-4 text-ink-3 sm:p-5">{t('list.difference.none')}</p>
  return (
    <ul
      tabIndex={0}
      aria-label={label}
      className="relative max-h-96 overflow-y-auto rounded-b-panel outline-offset-[-2px]"
    >
      {items.map((one) => {
        const [was, is] = [one.before.join(', '), one.after.join(', ')]
        return (
          <li key={one.entry_id} className="grid gap-0.5 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5">
            <span className="flex flex-wrap items-center justify-between gap-x-3">
              <span className="min-w-0 font-medium break-words text-ink">{one.name}</span>
              <Chip tone={TONES[one.change]}>{t(`entry.${one.change}`)}</Chip>
            </span>
            <span className="text-[12px] break-words text-ink-3">
              {one.entry_id}
              {one.change === 'changed' && was !== is && ` · ${was} → ${is}`}
              {one.change !== 'changed' && (is || was) !== one.name && ` · ${is || was}`}
            </span>
          </li>
        )
      })}
      {items.length >= MOST_SHOWN && (
        <li className="px-4 py-2.5 text-[12px] text-ink-3 sm:px-5">{t('list.shown', { count: count(MOST_SHOWN) })}</li>
      )}
    </ul>
  )
}
