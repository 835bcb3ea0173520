import { useQuery } from '@tanstack/react-query'
import { CalendarPlus } from 'lucide-react'
import { useState } from 'react'
import { AskedBox } from '@/design/asked-box'
import { Button } from '@/design/button'
import { Chip, type ChipTone } from '@/design/chip'
import { Folded } from '@/design/folded'
import { holdersQuery } from '@/features/accounts/api'
import { NoticeDialog, TakeBackDialog } from '@/features/accounts/notice-dialog'
import { noticesQuery, splitNotices, standingOf, type Standing } from '@/features/accounts/notices'
import type { Account, NoticeRule, WithdrawalNotice } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { Person } from '@/features/session/person'
import { canKeepAccounts } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { localNoonMs } from '@/lib/days'
import { toMs } from '@/lib/time'

const TONES: Record<Standing, ChipTone> = { inTime: 'good', late: 'caution', takenBack: 'quiet' }

type Asking = { how: 'give'; day: string | null } | { how: 'takeBack'; notice: WithdrawalNotice }

/** Whether the reader may say what will be taken out: whoever serves customers, and owners and holders, but nobody who only looks. */
function useMayGive(accountId: string): boolean {
  const { roles, customer_id: me } = useUser()
  const { data } = useQuery(holdersQuery(accountId))
  if (!canKeepAccounts(roles)) return false
  if (me === null) return true
  return data?.items.some(({ customer_id, role }) => customer_id === me && role !== 'viewer') ?? false
}

/** From which amount on, and how long before. The figures are the bank's own of today. */
function Rule({ of }: { of: NoticeRule }) {
  const { t, money, date } = useAccounts()
  return (
    <p className="border-b border-line px-4 py-3 text-[12.5px] text-pretty text-ink-2 tabular sm:px-5">
      {t('notices.rule', {
        least: money(of.least.amount_minor, of.least.currency),
        days: of.business_days,
        first: date(localNoonMs(of.first_in_time)),
      })}
    </p>
  )
}

interface RowProps {
  of: WithdrawalNotice
  /** Null for those who only look, and for days that have passed. */
  onAsk: ((asking: Asking) => void) | null
}

function Row({ of, onAsk }: RowProps) {
  const { t, money, date, hourMinute } = useAccounts()
  const standing = standingOf(of)
  const day = date(localNoonMs(of.day))
  const given = toMs(of.given_at)
  const isLess = standing !== 'takenBack' && of.covers.amount_minor !== of.amount.amount_minor
  return (
    <li className="grid gap-1.5 border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5">
      <p className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="font-medium tabular">{day}</span>
        <Chip tone={TONES[standing]}>{t(`notice.${standing}`)}</Chip>
      </p>
      {standing !== 'takenBack' && (
        <p className="text-[16px] font-semibold tracking-tight tabular">
          {money(of.amount.amount_minor, of.amount.currency)}
        </p>
      )}
      {isLess && (
        <p className="text-[12.5px] text-caution tabular">
          {t('notice.covers', { amount: money(of.covers.amount_minor, of.covers.currency) })}
        </p>
      )}
      <p className="text-[12px] text-ink-3 tabular">
        {t('notice.said', { date: date(given), time: hourMinute(given) })} <Person id={of.given_by} />
      </p>
      {onAsk && (
        <p className="flex flex-wrap gap-2 pt-1">
          <Button aria-label={t('notice.change.of', { day })} onClick={() => onAsk({ how: 'give', day: of.day })}>
            {t('notice.change')}
          </Button>
          <Button
            kind="quiet"
            aria-label={t('notice.takeBack.of', { day })}
            onClick={() => onAsk({ how: 'takeBack', notice: of })}
          >
            {t('notice.takeBack')}
          </Button>
        </p>
      )}
    </li>
  )
}

/** What cash will leave an account, on which days; announced, changed and taken back here. */
export function NoticesBox({ account }: { account: Account }) {
  const { t } = useAccounts()
  const accountId = account.account_id
  const notices = useQuery(noticesQuery(accountId))
  const mayGive = useMayGive(accountId)
  const [asking, setAsking] = useState<Asking | null>(null)
  const close = () => setAsking(null)
  return (
    <AskedBox
      title={t('notices.title')}
      of={notices}
      aside={
        mayGive &&
        notices.data && (
          <Button className="h-8 px-3" onClick={() => setAsking({ how: 'give', day: null })}>
            <CalendarPlus size={14} aria-hidden />
            {t('notices.new')}
          </Button>
        )
      }
    >
      {(found) => {
        const { coming, past } = splitNotices(found)
        return (
          <>
            <Rule of={found.rule} />
            {coming.length === 0 && (
              <p role="status" className="p-4 text-pretty text-ink-3 sm:px-5">
                {t('notices.none')}
              </p>
            )}
            <ul aria-label={t('notices.list')} className="empty:hidden">
              {coming.map((one) => (
                <Row key={one.day} of={one} onAsk={mayGive ? setAsking : null} />
              ))}
            </ul>
            {past.length > 0 && (
              <Folded title={t('notices.past', { count: past.length })}>
                <ul aria-label={t('notices.past.list')} className="border-t border-line">
                  {past.map((one) => (
                    <Row key={one.day} of={one} onAsk={null} />
                  ))}
                </ul>
              </Folded>
            )}
            {asking?.how === 'give' && (
              <NoticeDialog accountId={accountId} found={found} day={asking.day} onClose={close} />
            )}
            {asking?.how === 'takeBack' && (
              <TakeBackDialog accountId={accountId} notice={asking.notice} onClose={close} />
            )}
          </>
        )
      }}
    </AskedBox>
  )
}
