import { classes } from '@/design/classes'
import type { DueClock, DueCount, Urgency } from '@/features/office/types'
import { stepOf, until } from '@/features/office/until'
import { useOffice } from '@/features/office/words'
import { useNow } from '@/lib/use-now'

const STANDS = ['late', 'warning', 'on_time'] as const satisfies readonly Urgency[]
const INKS: Record<Urgency, string> = { late: 'text-bad', warning: 'text-caution', on_time: 'text-ink' }

interface ClockTableProps {
  clocks: readonly DueCount[]
  chosen: DueClock | null
  onChoose: (clock: DueClock | null) => void
}

/** Every clock of the rules with how much stands under it; choosing one shows what it is about. */
export function ClockTable({ clocks, chosen, onChoose }: ClockTableProps) {
  const { t, language } = useOffice()
  const nowMs = useNow(stepOf(...clocks.flatMap(({ next_at: at }) => (at === null ? [] : Date.parse(at)))))
  return (
    <table className="w-full text-left">
      <thead className="text-[12px] text-ink-3">
        <tr>
          <th scope="col" className="py-2 pr-2 pl-4 font-medium sm:pl-5">
            {t('office.clock')}
          </th>
          {STANDS.map((urgency) => (
            <th
              key={urgency}
              scope="col"
              className="px-2 py-2 text-right font-medium whitespace-nowrap last:pr-4 sm:last:pr-5"
            >
              {t(`office.count.${urgency}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {clocks.map((row) => (
          <tr key={row.clock} className={classes('border-t border-line', chosen === row.clock && 'bg-selected')}>
            <th scope="row" className="py-1 pr-2 pl-2 font-normal sm:pl-3">
              <button
                type="button"
                aria-pressed={chosen === row.clock}
                onClick={() => onChoose(chosen === row.clock ? null : row.clock)}
                className="w-full rounded-control px-2 py-1.5 text-left hover:bg-hover"
              >
                <span className="block font-medium text-ink">{t(`clock.${row.clock}`)}</span>
                <span className="block text-[12px] text-ink-3 tabular">
                  {row.next_at === null
                    ? t(`clock.${row.clock}.rule`)
                    : t('office.first', { when: until(Date.parse(row.next_at) - nowMs, language) })}
                </span>
              </button>
            </th>
            {STANDS.map((urgency) => (
              <td
                key={urgency}
                className={classes(
                  'px-2 text-right font-medium tabular last:pr-4 sm:last:pr-5',
                  row[urgency] > 0 ? INKS[urgency] : 'text-ink-3',
                )}
              >
                {row[urgency]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
