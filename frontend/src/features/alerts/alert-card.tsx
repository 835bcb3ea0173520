import { Network, ReceiptText, User, Wallet, type LucideIcon } from 'lucide-react'
import { memo } from 'react'
import { classes } from '@/design/classes'
import type { AlertRowData } from '@/features/alerts/merge'
import { spanInWords } from '@/lib/span'
import type { AlertStatus, SubjectKind } from '@/lib/api-types'
import { shortId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

const ICONS: Record<SubjectKind, LucideIcon> = {
  customer: User,
  account: Wallet,
  payee: Network,
  transaction: ReceiptText,
}

const STATUS_MARKS: Record<AlertStatus, string> = {
  open: 'bg-bad-mark',
  in_review: 'bg-caution-mark',
  confirmed: 'bg-bad-mark',
  dismissed: 'bg-line-strong',
}

export function AlertStatusMark({ status }: { status: AlertStatus }) {
  const { t } = useI18n()
  return (
    <span className="inline-flex items-center gap-1.5 text-[12px] whitespace-nowrap text-ink-2">
      <span aria-hidden className={classes('size-1.5 rounded-full', STATUS_MARKS[status])} />
      {t(`alertStatus.${status}`)}
    </span>
  )
}

export function SubjectIcon({ kind }: { kind: SubjectKind }) {
  const Icon = ICONS[kind]
  return (
    <span className="grid size-8 shrink-0 place-items-center rounded-[9px] bg-bad-soft text-bad">
      <Icon size={16} strokeWidth={1.75} aria-hidden />
    </span>
  )
}

interface AlertCardProps {
  alert: AlertRowData
  selected: boolean
  nowMs: number
  onOpen: (alertId: string) => void
}

/** Who, how much, why, since when. */
export const AlertCard = memo(function AlertCard({ alert, selected, nowMs, onOpen }: AlertCardProps) {
  const { t, word, money, probability, ago } = useI18n()
  const reason = alert.reasons?.[0]
  const spanMs = toMs(alert.last_event_time) - toMs(alert.first_event_time)
  const highest = alert.highest_probability
  const gist = {
    count: alert.decisions,
    span: spanInWords(spanMs, t),
    highest: highest === null ? '–' : probability(highest),
  }
  const found = alert.scenarios.map((scenario) => word('scenario', scenario)).join(', ')
  const why = found || (reason ? word('reason', reason) : t('alerts.gist', gist))
  return (
    <button
      type="button"
      data-row={alert.alert_id}
      aria-current={selected || undefined}
      onClick={() => onOpen(alert.alert_id)}
      className={classes(
        'relative block w-full border-b border-line px-4 py-3.5 text-left outline-offset-[-2px] transition-colors duration-100 sm:px-5',
        selected ? 'bg-selected' : 'hover:bg-hover',
      )}
    >
      {selected && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <span className="flex gap-3">
        <SubjectIcon kind={alert.subject_kind} />
        <span className="grid min-w-0 flex-1 gap-0.5">
          <span className="flex items-baseline justify-between gap-3">
            <span className="truncate font-medium text-ink">
              {t(`subject.${alert.subject_kind}`)} <span className="tabular">{shortId(alert.subject_id)}</span>
            </span>
            <span className="font-medium whitespace-nowrap text-ink tabular">
              {money(alert.total.amount_minor, alert.total.currency)}
            </span>
          </span>
          <span className="line-clamp-2 text-pretty text-ink-2">{why}</span>
          <span className="mt-1 flex items-center gap-2 text-[12px] text-ink-3 tabular">
            <AlertStatusMark status={alert.status} />
            <span aria-hidden>·</span>
            <span>
              {t(alert.kind === 'scenario' ? 'alerts.findings' : 'alerts.decisions', { count: alert.decisions })}
            </span>
            <span className="ml-auto whitespace-nowrap">{ago(nowMs - toMs(alert.changed_at))}</span>
          </span>
        </span>
      </span>
    </button>
  )
})
