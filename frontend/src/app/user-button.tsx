import { ChevronsUpDown } from 'lucide-react'
import { forwardRef, lazy, Suspense, useState, type ButtonHTMLAttributes } from 'react'
import type { User } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

const UserMenu = lazy(() => import('@/app/user-menu'))

export const nameOf = (user: User): string => user.name ?? user.email ?? user.id

interface UserButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  user: User
  compact: boolean
}

export const UserButton = forwardRef<HTMLButtonElement, UserButtonProps>(function UserButton(
  { user, compact, ...rest },
  ref,
) {
  const { t } = useI18n()
  return (
    <button
      ref={ref}
      type="button"
      className="flex min-w-0 items-center gap-2.5 rounded-control p-1.5 text-left transition-colors duration-150 hover:bg-hover data-[state=open]:bg-hover"
      {...rest}
    >
      <span
        aria-hidden
        className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-[12px] font-semibold text-accent uppercase"
      >
        {nameOf(user).charAt(0)}
      </span>
      {compact && <span className="sr-only">{t('nav.menu')}</span>}
      {!compact && (
        <>
          <span className="min-w-0 flex-1">
            <span className="block truncate leading-4 font-medium">{nameOf(user)}</span>
            <span className="block truncate text-[12px] leading-4 text-ink-3">{user.tenant_id}</span>
          </span>
          <span className="sr-only">{t('nav.menu')}</span>
          <ChevronsUpDown size={14} className="shrink-0 text-ink-3" aria-hidden />
        </>
      )}
    </button>
  )
})

/** The menu's code comes with the first click on its button. */
export function UserMenuButton({ user, compact = false }: { user: User; compact?: boolean }) {
  const [wanted, setWanted] = useState(false)
  const button = (
    <UserButton
      user={user}
      compact={compact}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    />
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <UserMenu user={user} compact={compact} defaultOpen />
    </Suspense>
  )
}
