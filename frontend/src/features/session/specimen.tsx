import { ChannelIcon } from '@/features/decisions/channel'
import { VerdictBadge } from '@/features/decisions/verdict'
import type { Channel, Verdict } from '@/lib/api-types'
import { useI18n, type MessageKey } from '@/lib/i18n'

interface Example {
  verdict: Verdict
  channel: Channel
  amountMinor: number
  why: MessageKey
}

const EXAMPLES: readonly Example[] = [
  { verdict: 'allow', channel: 'card', amountMinor: 8_490, why: 'feed.noReason' },
  { verdict: 'review', channel: 'pix', amountMinor: 245_000, why: 'reason.customer_new_payee' },
  { verdict: 'deny', channel: 'pix', amountMinor: 489_990, why: 'reason.takeover_pattern' },
]

/** What a decision looks like, for somebody who has not signed in yet. Nobody's data. */
export function Specimen() {
  const { t, money } = useI18n()
  return (
    <ul aria-hidden className="mt-10 overflow-hidden rounded-panel border border-line-strong bg-canvas shadow-float">
      {EXAMPLES.map(({ verdict, channel, amountMinor, why }) => (
        <li
          key={verdict}
          className="grid grid-cols-[6rem_minmax(0,1fr)_auto] items-center gap-4 border-b border-line px-5 py-3.5 last:border-b-0"
        >
          <span className="justify-self-start">
            <VerdictBadge verdict={verdict} />
          </span>
          <span className="min-w-0">
            <span className="flex items-center gap-2 font-medium">
              <ChannelIcon channel={channel} />
              {t(`channel.${channel}`)}
            </span>
            <span className="block text-[12.5px] text-pretty text-ink-3">{t(why)}</span>
          </span>
          <span className="text-[14px] font-medium whitespace-nowrap tabular">{money(amountMinor, 'BRL')}</span>
        </li>
      ))}
    </ul>
  )
}
