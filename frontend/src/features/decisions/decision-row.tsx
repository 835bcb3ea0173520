import { memo } from 'react'
import { classes } from '@/design/classes'
import { ChannelIcon } from '@/features/decisions/channel'
import { VerdictBadge } from '@/features/decisions/verdict'
import type { DecisionRowData } from '@/features/decisions/row'
import { tinyId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

export const ROW_HEIGHT_PX = 44
export const TALL_ROW_HEIGHT_PX = 68
export const ROW_COLUMNS =
  'grid-cols-[4rem_6.25rem_minmax(0,1.3fr)_minmax(0,1fr)_3.75rem_7rem] 2xl:grid-cols-[5rem_8rem_minmax(0,1fr)_minmax(0,1.4fr)_5rem_9rem]'

interface DecisionRowProps {
  row: DecisionRowData
  selected: boolean
  tall: boolean
  /** Rows from before this midnight say their day. */
  todayMs: number
  onOpen: (row: DecisionRowData) => void
}

function Route({ row }: { row: DecisionRowData }) {
  const { t } = useI18n()
  const other = row.merchant_id ?? row.payee_id
  return (
    <span className="flex min-w-0 items-center gap-2">
      <ChannelIcon channel={row.channel} />
      <span className="font-medium text-ink">{t(`channel.${row.channel}`)}</span>
      <span className="truncate text-ink-3">
        {row.customer_id ? tinyId(row.customer_id) : '–'}
        {other && (
          <>
            <span aria-hidden> {row.direction === 'credit' ? '←' : '→'} </span>
            {tinyId(other)}
          </>
        )}
      </span>
    </span>
  )
}

function Why({ row }: { row: DecisionRowData }) {
  const { t, word } = useI18n()
  const [first, ...rest] = row.reasons
  if (first === undefined)
    return <span className="truncate text-ink-3">{row.verdict === 'allow' ? t('feed.noReason') : '–'}</span>
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-ink-2">
      <span className="truncate">{word('reason', first)}</span>
      {rest.length > 0 && (
        <span className="shrink-0 rounded-full bg-sunken px-1.5 text-[11px] font-medium text-ink-2 tabular">
          +{rest.length}
        </span>
      )}
    </span>
  )
}

/** On a wide row the day stands above the time, so that both fit the column of the time alone. */
function Time({ atMs, todayMs, tall }: { atMs: number; todayMs: number; tall: boolean }) {
  const { clock, day } = useI18n()
  return (
    <span className="text-[12.5px] leading-4 whitespace-nowrap text-ink-3 tabular">
      {atMs < todayMs && <span className={tall ? 'mr-1.5' : 'block'}>{day(atMs)}</span>}
      {clock(atMs)}
    </span>
  )
}

function Amount({ row }: { row: DecisionRowData }) {
  const { money } = useI18n()
  return (
    <span
      className={classes(
        'justify-self-end font-medium whitespace-nowrap tabular',
        row.verdict === 'deny' ? 'text-ink-3 line-through decoration-1' : 'text-ink',
      )}
    >
      {money(row.amount_minor, row.currency)}
    </span>
  )
}

export const DecisionRow = memo(function DecisionRow({ row, selected, tall, todayMs, onOpen }: DecisionRowProps) {
  const { duration } = useI18n()
  const time = <Time atMs={row.scored_at} todayMs={todayMs} tall={tall} />
  return (
    <button
      type="button"
      data-row={row.transaction_id}
      aria-current={selected || undefined}
      onClick={() => onOpen(row)}
      className={classes(
        'relative block size-full border-b border-line px-4 text-left outline-offset-[-2px] transition-colors duration-100 sm:px-5',
        selected ? 'bg-selected' : 'hover:bg-hover',
      )}
    >
      {row.arrived && row.verdict !== 'allow' && (
        <span
          aria-hidden
          className={classes(
            'absolute inset-0 animate-arrive',
            row.verdict === 'deny' ? 'bg-bad-soft' : 'bg-caution-soft',
          )}
        />
      )}
      {selected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      {tall ? (
        <span className="relative grid gap-1.5">
          <span className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3">
            <Route row={row} />
            <Amount row={row} />
          </span>
          <span className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-3 text-[12.5px]">
            <VerdictBadge verdict={row.verdict} />
            {row.verdict === 'allow' ? <span /> : <Why row={row} />}
            {time}
          </span>
        </span>
      ) : (
        <span className={classes('relative grid items-center justify-items-start gap-x-4 *:max-w-full', ROW_COLUMNS)}>
          {time}
          <VerdictBadge verdict={row.verdict} />
          <Route row={row} />
          <Why row={row} />
          <span className="justify-self-end text-[12.5px] whitespace-nowrap text-ink-3 tabular">
            {row.latency_us === null || row.latency_us === undefined ? '–' : duration(row.latency_us)}
          </span>
          <Amount row={row} />
        </span>
      )}
    </button>
  )
})
