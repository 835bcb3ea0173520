import { CalendarCheck } from 'lucide-react'
import { Link, type To } from 'react-router'
import { Chip } from '@/design/chip'
import { LinkButton } from '@/design/link-button'
import { Notice, ShowAll } from '@/design/states'
import type { Due, DueList } from '@/features/office/types'
import { untilDay } from '@/features/office/until'
import { MomentChip, URGENCY_TONES } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { shortId } from '@/lib/format'

/** Where somebody goes to do what is due. */
function placeOf({ what, id }: Due): To {
  switch (what) {
    case 'alert':
      return { search: `?alert=${id}` }
    case 'case':
      return `/compliance/cases/${id}`
    case 'dispute':
      return `/compliance/disputes/${id}`
    case 'recovery':
      return `/compliance/disputes/sent/${id}`
    case 'block':
      return `/compliance/blocks?block=${id}`
    default:
      return '/compliance/reports'
  }
}

function DayChip({ of, today }: { of: Due; today: string }) {
  const { language, date } = useOffice()
  return (
    <span title={date(Date.parse(`${of.due_on}T12:00:00`))}>
      <Chip tone={URGENCY_TONES[of.urgency]}>
        <time dateTime={of.due_on}>{untilDay(of.due_on, today, language)}</time>
      </Chip>
    </span>
  )
}

function DueRow({ of, today }: { of: Due; today: string }) {
  const { t, word } = useOffice()
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={placeOf(of)}
        className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-3 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="truncate font-medium text-ink">
          {word('due.what', of.what)} <span className="font-normal text-ink-2 tabular">{shortId(of.id)}</span>
        </span>
        <span className="row-span-2">
          {of.due_at === null ? <DayChip of={of} today={today} /> : <MomentChip at={of.due_at} urgency={of.urgency} />}
        </span>
        <span className="text-[12.5px] text-pretty text-ink-3">{t(`clock.${of.clock}.do`)}</span>
      </Link>
    </li>
  )
}

interface DueItemsProps {
  due: DueList
  isFiltered: boolean
  onShowAll: () => void
}

/** What is due, what ends first at first. */
export function DueItems({ due, isFiltered, onShowAll }: DueItemsProps) {
  const { t } = useOffice()
  if (due.items.length === 0) {
    return (
      <Notice
        icon={CalendarCheck}
        title={t(isFiltered ? 'office.none.clock' : 'office.none')}
        body={t('office.none.body')}
        role="status"
      >
        {isFiltered ? (
          <ShowAll onClick={onShowAll} />
        ) : (
          <LinkButton to="/alerts" className="mt-5">
            {t('nav.alerts')}
          </LinkButton>
        )}
      </Notice>
    )
  }
  const all = due.late + due.warning + due.on_time
  return (
    <>
      <ol aria-label={t('office.next')}>
        {due.items.map((item) => (
          <DueRow key={`${item.clock} ${item.id}`} of={item} today={due.today} />
        ))}
      </ol>
      {!isFiltered && all > due.items.length && (
        <p className="border-t border-line px-4 py-2 text-[12px] text-ink-3 sm:px-5">
          {t('office.shownOf', { shown: due.items.length, all })}
        </p>
      )}
    </>
  )
}
