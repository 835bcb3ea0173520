import { useInfiniteQuery } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import { useRef, useState } from 'react'
import { Link } from 'react-router'
import { PageHeader } from '@/app/page-header'
import { Segmented } from '@/design/segmented'
import { Notice } from '@/design/states'
import { AlertList } from '@/features/alerts/alert-list'
import { alertsQuery } from '@/features/alerts/api'
import { Feed } from '@/features/live/feed'
import { FeedStatus, StaleBanner } from '@/features/live/feed-status'
import { Pulse } from '@/features/live/pulse'
import { useLive } from '@/features/live/store'
import { useI18n } from '@/lib/i18n'
import { useMedia } from '@/lib/use-media'

const SIDE_BY_SIDE = '(min-width: 1280px)'

function AlertRail() {
  const { t } = useI18n()
  const alerts = useInfiniteQuery(alertsQuery('open'))
  const openCount = alerts.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0
  return (
    <section aria-label={t('alerts.title')} className="panel flex min-h-0 flex-col overflow-hidden">
      <header className="flex min-h-14 items-center gap-2.5 border-b border-line px-4 py-2.5 sm:px-5">
        <h2 className="text-[14px] font-semibold">{t('alerts.title')}</h2>
        {openCount > 0 && (
          <span className="rounded-full bg-bad-soft px-2 text-[12px] leading-5 font-medium text-bad tabular">
            {alerts.hasNextPage ? `${openCount}+` : openCount}
          </span>
        )}
        <Link to="/alerts" className="ml-auto rounded-[5px] font-medium text-accent hover:underline">
          {t('alerts.all')}
        </Link>
      </header>
      <AlertList status="open" pinHeaviest />
    </section>
  )
}

function SideBySide() {
  return (
    <div className="grid min-h-[28rem] flex-1 grid-cols-[minmax(0,1fr)_20rem] gap-4">
      <Feed />
      <AlertRail />
    </div>
  )
}

function OneAtATime() {
  const { t } = useI18n()
  const [shown, setShown] = useState<'feed' | 'alerts'>('feed')
  const list = useRef<HTMLDivElement>(null)
  const show = (next: 'feed' | 'alerts') => {
    setShown(next)
    list.current?.scrollIntoView({ block: 'start' })
  }
  const options = [
    { value: 'feed', label: t('feed.title') },
    { value: 'alerts', label: t('alerts.title') },
  ] as const
  return (
    <div ref={list} className="grid h-[calc(100dvh-8rem)] scroll-mt-16 grid-rows-[auto_minmax(0,1fr)] gap-3">
      <div className="justify-self-start">
        <Segmented label={t('live.title')} value={shown} onChange={show} options={options} />
      </div>
      {shown === 'feed' ? <Feed /> : <AlertRail />}
    </div>
  )
}

export default function LivePage() {
  const { t } = useI18n()
  const forbidden = useLive((state) => state.feedState === 'forbidden')
  const sideBySide = useMedia(SIDE_BY_SIDE)
  return (
    <div className="mx-auto flex max-w-[1720px] flex-col gap-4 p-4 sm:p-6 xl:h-dvh xl:min-h-[52rem]">
      <PageHeader title={t('live.title')} lead={t('live.lead')}>
        {!forbidden && <FeedStatus />}
      </PageHeader>
      {forbidden ? (
        <div className="panel">
          <Notice icon={Ban} title={t('denied.title')} body={t('denied.body')} role="status" />
        </div>
      ) : (
        <>
          <StaleBanner />
          <Pulse />
          {sideBySide ? <SideBySide /> : <OneAtATime />}
        </>
      )}
    </div>
  )
}
