import { RotateCw, WifiOff } from 'lucide-react'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { useLive } from '@/features/live/store'
import { useI18n } from '@/lib/i18n'
import { useNow } from '@/lib/use-now'

/** Whether what is on the page is now. */
export function FeedStatus() {
  const { t } = useI18n()
  const feedState = useLive((state) => state.feedState)
  if (feedState === 'stale') return null
  const live = feedState === 'live'
  return (
    <p
      role="status"
      className="flex h-8 items-center gap-2.5 rounded-full border border-line bg-surface px-3 font-medium text-ink-2"
    >
      <span aria-hidden className="relative grid size-2 place-items-center">
        {live && <span className="absolute size-2 animate-breathe rounded-full bg-good-mark" />}
        <span className={classes('size-2 rounded-full', live ? 'bg-good-mark' : 'bg-line-strong')} />
      </span>
      {t(`status.${feedState}`)}
    </p>
  )
}

/** The feed is lost: say how old the page is, and let somebody try at once. */
export function StaleBanner() {
  const { t, ago } = useI18n()
  const feedState = useLive((state) => state.feedState)
  const lastHeardAtMs = useLive((state) => state.lastHeardAtMs)
  const retry = useLive((state) => state.retry)
  const nowMs = useNow(1_000)
  if (feedState !== 'stale' || lastHeardAtMs === null) return null
  return (
    <div
      role="status"
      className="flex animate-fade flex-wrap items-center gap-x-3 gap-y-2 rounded-panel bg-caution-soft px-4 py-2.5 text-caution"
    >
      <div className="flex min-w-0 flex-[1_1_16rem] items-start gap-3">
        <WifiOff size={16} aria-hidden className="mt-0.5 shrink-0" />
        <p className="flex min-w-0 flex-wrap gap-x-2">
          <span className="font-medium tabular">{t('status.stale', { ago: ago(nowMs - lastHeardAtMs) })}</span>
          <span className="text-ink-2">{t('status.stale.body')}</span>
        </p>
      </div>
      <Button className="h-8 px-3" onClick={retry}>
        <RotateCw size={13} aria-hidden />
        {t('common.retry')}
      </Button>
    </div>
  )
}
