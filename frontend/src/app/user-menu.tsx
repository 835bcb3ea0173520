import * as Menu from '@radix-ui/react-dropdown-menu'
import { Check, ChevronsUpDown, Keyboard, LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useUi } from '@/app/ui-store'
import { usePreferences, type ThemeChoice } from '@/features/preferences/store'
import { useSignOut } from '@/features/session/api'
import type { User } from '@/lib/api-types'
import type { Language } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

export const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark']
export const LANGUAGES: readonly { value: Language; name: string }[] = [
  { value: 'en', name: 'English' },
  { value: 'pt-BR', name: 'Português (Brasil)' },
]

const ITEM =
  'flex h-8 cursor-pointer items-center gap-2.5 rounded-[7px] px-2 text-ink-2 outline-none select-none data-[highlighted]:bg-hover data-[highlighted]:text-ink'

const nameOf = (user: User): string => user.name ?? user.email ?? user.id

function Choice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} className={ITEM} onSelect={(event) => event.preventDefault()}>
      <span className="grid size-4 place-items-center">
        <Menu.ItemIndicator>
          <Check size={14} className="text-accent" aria-hidden />
        </Menu.ItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  )
}

function Label({ children }: { children: ReactNode }) {
  return <Menu.Label className="px-2 pt-2 pb-1 text-[12px] text-ink-3">{children}</Menu.Label>
}

function MenuBody({ user }: { user: User }) {
  const { t } = useI18n()
  const { theme, language, setTheme, setLanguage } = usePreferences()
  const setShortcutsOpen = useUi((state) => state.setShortcutsOpen)
  const signOut = useSignOut()
  return (
    <>
      <div className="border-b border-line px-2 pt-1 pb-2.5">
        <p className="truncate font-medium">{nameOf(user)}</p>
        <p className="truncate text-[12.5px] text-ink-3">{user.email}</p>
      </div>
      <Label>{t('nav.theme')}</Label>
      <Menu.RadioGroup value={theme} onValueChange={(value) => setTheme(value as ThemeChoice)}>
        {THEMES.map((value) => (
          <Choice key={value} value={value}>
            {t(`nav.theme.${value}`)}
          </Choice>
        ))}
      </Menu.RadioGroup>
      <Label>{t('nav.language')}</Label>
      <Menu.RadioGroup value={language} onValueChange={(value) => setLanguage(value as Language)}>
        {LANGUAGES.map(({ value, name }) => (
          <Choice key={value} value={value}>
            <span lang={value}>{name}</span>
          </Choice>
        ))}
      </Menu.RadioGroup>
      <Menu.Separator className="my-1.5 h-px bg-line" />
      <Menu.Item className={ITEM} onSelect={() => setShortcutsOpen(true)}>
        <Keyboard size={16} strokeWidth={1.75} aria-hidden />
        {t('nav.shortcuts')}
      </Menu.Item>
      <Menu.Item className={ITEM} onSelect={() => signOut.mutate()}>
        <LogOut size={16} strokeWidth={1.75} aria-hidden />
        {t('nav.signOut')}
      </Menu.Item>
    </>
  )
}

export function Initial({ user }: { user: User }) {
  return (
    <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-[12px] font-semibold text-accent uppercase">
      {nameOf(user).charAt(0)}
    </span>
  )
}

export function UserMenu({ user, compact = false }: { user: User; compact?: boolean }) {
  const { t } = useI18n()
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={t('nav.menu')}
        className="flex min-w-0 items-center gap-2.5 rounded-control p-1.5 text-left transition-colors duration-150 hover:bg-hover data-[state=open]:bg-hover"
      >
        <Initial user={user} />
        {!compact && (
          <>
            <span className="min-w-0 flex-1">
              <span className="block truncate leading-4 font-medium">{nameOf(user)}</span>
              <span className="block truncate text-[12px] leading-4 text-ink-3">{user.tenant_id}</span>
            </span>
            <ChevronsUpDown size={14} className="shrink-0 text-ink-3" aria-hidden />
          </>
        )}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          side="top"
          align={compact ? 'end' : 'start'}
          sideOffset={8}
          collisionPadding={12}
          className="glass z-50 w-60 animate-rise rounded-[12px] border border-line-strong p-1.5 shadow-float"
        >
          <MenuBody user={user} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  )
}
