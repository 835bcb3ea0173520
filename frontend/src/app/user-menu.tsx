import * as Menu from '@radix-ui/react-dropdown-menu'
import { Check, Keyboard, LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { LANGUAGES, THEMES } from '@/app/choices'
import { useUi } from '@/app/ui-store'
import { nameOf, UserButton } from '@/app/user-button'
import { usePreferences, type ThemeChoice } from '@/features/preferences/store'
import { useSignOut } from '@/features/session/api'
import type { User } from '@/lib/api-types'
import type { Language } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

const ITEM =
  'flex h-8 cursor-pointer items-center gap-2.5 rounded-[7px] px-2 text-ink-2 outline-none select-none data-[highlighted]:bg-hover data-[highlighted]:text-ink'

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

export default function UserMenu({
  user,
  compact,
  defaultOpen,
}: {
  user: User
  compact: boolean
  defaultOpen: boolean
}) {
  return (
    <Menu.Root modal={false} defaultOpen={defaultOpen}>
      <Menu.Trigger asChild>
        <UserButton user={user} compact={compact} />
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
