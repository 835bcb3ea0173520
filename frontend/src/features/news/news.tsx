import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { BellRing, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button, IconButton } from '@/design/button'
import { useCompliance } from '@/features/compliance/words'
import { useLive } from '@/features/live/store'
import { somebodyMoved, withOpened } from '@/features/news/tally'

/** Colleagues move alerts as fast as people do; a machine that moves many is listened to this often. */
const QUIET_MS = 3_000
const TELL_MS = 10_000
const NOBODY: ReadonlySet<string> = new Set()

/** Queues, clocks and lists of cases; what is open before somebody's eyes stays as it is. */
const renewQueues = (client: QueryClient) =>
  client.invalidateQueries({ predicate: ({ queryKey: [name] }) => String(name).startsWith('cases') })

/** Follows what colleagues do without a word: a case that one opened is in the queue of the others a moment later. */
function useQuietRenewal(): void {
  const client = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const stop = useLive.subscribe(({ lastAlerts }, before) => {
      if (lastAlerts === before.lastAlerts || timer !== null || !somebodyMoved(lastAlerts)) return
      timer = setTimeout(() => {
        timer = null
        void renewQueues(client)
      }, QUIET_MS)
    })
    return () => {
      stop()
      if (timer !== null) clearTimeout(timer)
    }
  }, [client])
}

/** Says the count to a screen reader, not each time that it changes. */
function Told({ count }: { count: number }) {
  const { t } = useCompliance()
  const [told, setTold] = useState(0)
  const newest = useRef(count)
  useEffect(() => {
    newest.current = count
  }, [count])
  useEffect(() => {
    const timer = setInterval(() => setTold(newest.current), TELL_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p role="status" className="sr-only">
      {told > 0 && t('news.alerts', { count: told })}
    </p>
  )
}

/** How many alerts came since somebody looked, over the foot of the page: nothing moves until they are asked for. */
export function News() {
  const { t } = useCompliance()
  const client = useQueryClient()
  const [opened, setOpened] = useState(NOBODY)
  useQuietRenewal()
  useEffect(
    () =>
      useLive.subscribe(({ lastAlerts }, before) => {
        if (lastAlerts !== before.lastAlerts) setOpened((known) => withOpened(known, lastAlerts))
      }),
    [],
  )
  const show = () => {
    setOpened(NOBODY)
    void renewQueues(client)
  }
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-20 grid justify-items-center px-4 lg:bottom-5 lg:left-52">
      <Told count={opened.size} />
      {opened.size > 0 && (
        <div className="glass pointer-events-auto flex animate-fade items-center gap-1.5 rounded-full border border-line-strong py-1 pr-1 pl-4 shadow-float">
          <BellRing size={15} strokeWidth={1.75} aria-hidden className="text-accent" />
          <span className="mr-1.5 font-medium whitespace-nowrap text-ink tabular">
            {t('news.alerts', { count: opened.size })}
          </span>
          <Button kind="primary" className="h-8 rounded-full px-3" onClick={show}>
            {t('news.show')}
          </Button>
          <IconButton label={t('news.later')} className="rounded-full" onClick={() => setOpened(NOBODY)}>
            <X size={15} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  )
}
