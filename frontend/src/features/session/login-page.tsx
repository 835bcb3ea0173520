import { Check, Eye, EyeOff } from 'lucide-react'
import { useEffect, useId, useState, type FormEvent, type ReactNode } from 'react'
import { Navigate, useLocation } from 'react-router'
import { useQuery } from '@tanstack/react-query'
import { BrandMark } from '@/app/brand'
import { Button } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { Specimen } from '@/features/session/specimen'
import { sessionQuery, useSignIn } from '@/features/session/api'
import { ApiError } from '@/lib/http'
import { useI18n, type I18n } from '@/lib/i18n'

const INPUT =
  'h-11 w-full rounded-control border border-line-strong bg-surface px-3 text-[14px] text-ink transition-colors duration-150 outline-none hover:border-ink-3 focus:border-accent focus:ring-3 focus:ring-accent-soft'

function sentence(error: unknown, t: I18n['t']): string {
  if (!(error instanceof ApiError)) return t('error.server')
  if (error.status === 401) return t('login.refused')
  if (error.status === 429) return t('login.throttled')
  if (error.status === 0) return t('error.unreachable')
  return error.status >= 500 ? t('error.server') : error.message
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-ink-2">
        {label}
      </label>
      {children(id)}
    </div>
  )
}

function Refusal({ error }: { error: unknown }) {
  const { t } = useI18n()
  const findable = error instanceof ApiError && (error.status === 0 || error.status >= 500)
  return (
    <div role="alert" className="animate-fade rounded-control bg-bad-soft px-3 py-2.5 text-bad">
      {sentence(error, t)}
      {findable && (
        <p className="mt-1 flex gap-2 text-[12px] text-ink-2">
          {t('error.correlation')} <CopyValue value={error.correlationId} />
        </p>
      )}
    </div>
  )
}

function LoginForm({ ended }: { ended: boolean }) {
  const { t } = useI18n()
  const signIn = useSignIn()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate({ email: email.trim(), password })
  }
  return (
    <form onSubmit={submit} className="grid gap-5">
      {ended && !signIn.isError && (
        <p className="rounded-control bg-accent-soft px-3 py-2.5 text-ink">{t('login.ended')}</p>
      )}
      {signIn.isError && <Refusal error={signIn.error} />}
      <Field label={t('login.email')}>
        {(id) => (
          <input
            id={id}
            type="email"
            name="email"
            autoComplete="username"
            autoFocus
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            className={INPUT}
          />
        )}
      </Field>
      <Field label={t('login.password')}>
        {(id) => (
          <div className="relative">
            <input
              id={id}
              type={shown ? 'text' : 'password'}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              className={`${INPUT} pr-11`}
            />
            <button
              type="button"
              aria-label={t(shown ? 'login.hide' : 'login.show')}
              onClick={() => setShown(!shown)}
              className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-control text-ink-3 hover:text-ink"
            >
              {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
            </button>
          </div>
        )}
      </Field>
      <Button kind="primary" type="submit" busy={signIn.isPending} className="h-11 w-full text-[14px]">
        {signIn.isPending ? t('login.busy') : t('login.submit')}
      </Button>
    </form>
  )
}

export default function LoginPage() {
  const { t } = useI18n()
  const location = useLocation() as { state: { from?: { pathname: string; search: string } } | null }
  const session = useQuery(sessionQuery)
  const from = location.state?.from
  useEffect(() => {
    document.title = `${t('login.title')} · BaaS Ultra`
  }, [t])
  if (session.data) return <Navigate to={from ? `${from.pathname}${from.search}` : '/'} replace />
  return (
    <main className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="grid place-items-center px-6 py-12">
        <div className="w-full max-w-[22rem]">
          <div className="mb-10 flex items-center gap-3">
            <BrandMark className="size-9" />
            <span className="text-[17px] font-semibold tracking-tight">BaaS Ultra</span>
          </div>
          <h1 className="text-[24px] leading-8 font-semibold tracking-tight">{t('login.title')}</h1>
          <p className="mt-1 mb-7 text-[14px] text-ink-3">{t('login.lead')}</p>
          <LoginForm ended={session.data === null && from !== undefined && from.search !== ''} />
        </div>
      </div>
      <aside className="hidden border-l border-line bg-surface lg:grid lg:place-items-center">
        <div className="max-w-[36rem] p-12">
          <h2 className="text-[40px] leading-[1.1] font-semibold tracking-[-0.03em] text-balance">
            {t('login.pitch.title')}
          </h2>
          <p className="mt-5 text-[16px] leading-7 text-pretty text-ink-2">{t('login.pitch.body')}</p>
          <Specimen />
          <ul className="mt-10 grid gap-3 text-[14px] text-ink-2">
            {(['login.pitch.a', 'login.pitch.b', 'login.pitch.c'] as const).map((key) => (
              <li key={key} className="flex items-center gap-3">
                <Check size={16} className="text-good" aria-hidden />
                {t(key)}
              </li>
            ))}
          </ul>
        </div>
      </aside>
    </main>
  )
}
