import { Ban, CircleAlert, Compass, RotateCw, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { LinkButton } from '@/design/link-button'
import { ApiError } from '@/lib/http'
import { useI18n, type I18n } from '@/lib/i18n'

interface NoticeProps {
  icon: LucideIcon
  title: string
  body: string
  /** Whether it is the name of the page, which has no other. */
  isHeading?: boolean
  children?: ReactNode
  role?: 'alert' | 'status'
}

/** What stands where content would: what this is, and the next step. */
export function Notice({ icon: Icon, title, body, isHeading = false, children, role }: NoticeProps) {
  const Title = isHeading ? 'h1' : 'p'
  return (
    <div role={role} className="grid h-full min-h-48 animate-fade place-items-center p-8 text-center">
      <div className="max-w-[38ch]">
        <span className="mx-auto mb-4 grid size-10 place-items-center rounded-full border border-line bg-sunken text-ink-3">
          <Icon size={18} strokeWidth={1.75} aria-hidden />
        </span>
        <Title className="text-[14px] font-medium text-ink">{title}</Title>
        <p className="mt-1 text-pretty text-ink-3">{body}</p>
        {children}
      </div>
    </div>
  )
}

/** At an address where nothing is. */
export function NotFound() {
  const { t } = useI18n()
  return (
    <Notice icon={Compass} title={t('error.notFound.title')} body={t('error.notFound.body')} isHeading>
      <LinkButton to="/" className="mt-5">
        {t('error.notFound.home')}
      </LinkButton>
    </Notice>
  )
}

/** The way out of a list that a filter leaves empty. */
export function ShowAll({ onClick }: { onClick: () => void }) {
  const { t } = useI18n()
  return (
    <Button className="mt-5" onClick={onClick}>
      {t('common.showAll')}
    </Button>
  )
}

export const isDenied = (error: unknown): boolean => error instanceof ApiError && error.status === 403

function explain(error: unknown, t: I18n['t']): { title: string; body: string; denied: boolean } {
  if (error instanceof ApiError) {
    if (isDenied(error)) return { title: t('denied.title'), body: t('denied.body'), denied: true }
    if (error.status === 404) return { title: t('error.notFound.title'), body: t('error.notFound.body'), denied: false }
    if (error.status === 0) return { title: t('error.title'), body: t('error.unreachable'), denied: false }
    if (error.status < 500) return { title: t('error.title'), body: error.message, denied: false }
  }
  return { title: t('error.title'), body: t('error.server'), denied: false }
}

/** What happened, a way to try again, and the id that finds it in the logs. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useI18n()
  const { title, body, denied } = explain(error, t)
  if (denied) return <Notice icon={Ban} title={title} body={body} role="status" />
  return (
    <Notice icon={CircleAlert} title={title} body={body} role="alert">
      <div className="mt-5 flex flex-col items-center gap-4">
        <Button onClick={onRetry}>
          <RotateCw size={14} aria-hidden />
          {t('common.retry')}
        </Button>
        {error instanceof ApiError && (
          <p className="flex flex-wrap items-center justify-center gap-x-2 text-[12px] text-ink-3">
            {t('error.correlation')}
            <CopyValue value={error.correlationId} />
          </p>
        )}
      </div>
    </Notice>
  )
}
