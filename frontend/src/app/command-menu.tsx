import { Command } from 'cmdk'
import { ArrowRight, Contrast, FileText, Keyboard, Languages, Pause, Search, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { DESTINATIONS } from '@/app/destinations'
import { usePanel } from '@/app/panel'
import { useUi } from '@/app/ui-store'
import { LANGUAGES, THEMES } from '@/app/choices'
import { Kbd } from '@/design/kbd'
import { Modal } from '@/design/modal'
import { useLive } from '@/features/live/store'
import { usePreferences } from '@/features/preferences/store'
import { shortId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

interface ActionProps {
  icon: LucideIcon
  onSelect: () => void
  keys?: string
  value?: string
  children: ReactNode
}

function Action({ icon: Icon, onSelect, keys, value, children }: ActionProps) {
  return (
    <Command.Item
      onSelect={onSelect}
      {...(value === undefined ? {} : { value })}
      className="flex h-10 cursor-pointer items-center gap-3 rounded-control px-3 text-ink-2 data-[selected=true]:bg-selected data-[selected=true]:text-ink"
    >
      <Icon size={16} strokeWidth={1.75} className="shrink-0" aria-hidden />
      <span className="flex-1 truncate">{children}</span>
      {keys && (
        <span className="flex gap-1">
          {keys.split(' ').map((key) => (
            <Kbd key={key}>{key.toUpperCase()}</Kbd>
          ))}
        </span>
      )}
    </Command.Item>
  )
}

const GROUP =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1.5 [&_[cmdk-group-heading]]:text-[12px] [&_[cmdk-group-heading]]:text-ink-3'

function CommandBody({ close }: { close: () => void }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { openPanel } = usePanel()
  const { setTheme, setLanguage } = usePreferences()
  const toggleHold = useLive((state) => state.toggleHold)
  const setShortcutsOpen = useUi((state) => state.setShortcutsOpen)
  const [text, setText] = useState('')
  const id = text.trim()
  const run = (act: () => void) => () => {
    close()
    act()
  }
  return (
    <Command label={t('command.title')} loop>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" aria-hidden />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={t('command.placeholder')}
          className="h-13 w-full bg-transparent text-[14px] outline-none placeholder:text-ink-3"
        />
      </div>
      <Command.List className="max-h-[52vh] overflow-y-auto p-1.5" label={t('command.title')}>
        <Command.Empty className="px-3 py-8 text-center text-ink-3">{t('command.empty')}</Command.Empty>
        {UUID.test(id) && (
          <Command.Group heading={t('command.open')} className={GROUP}>
            <Action icon={FileText} value={`decision ${id}`} onSelect={run(() => openPanel('decision', id))}>
              {t('command.openDecision', { id: shortId(id) })}
            </Action>
            <Action icon={FileText} value={`alert ${id}`} onSelect={run(() => openPanel('alert', id))}>
              {t('command.openAlert', { id: shortId(id) })}
            </Action>
          </Command.Group>
        )}
        <Command.Group heading={t('command.go')} className={GROUP}>
          {DESTINATIONS.map(({ path, label, keys }) => (
            <Action key={path} icon={ArrowRight} keys={keys} onSelect={run(() => void navigate(path))}>
              {t(label)}
            </Action>
          ))}
        </Command.Group>
        <Command.Group heading={t('command.act')} className={GROUP}>
          <Action icon={Pause} keys="p" onSelect={run(toggleHold)}>
            {t('command.toggleHold')}
          </Action>
          {THEMES.map((theme) => (
            <Action key={theme} icon={Contrast} onSelect={run(() => setTheme(theme))}>
              {t('command.theme', { name: t(`nav.theme.${theme}`) })}
            </Action>
          ))}
          {LANGUAGES.map(({ value, name }) => (
            <Action key={value} icon={Languages} onSelect={run(() => setLanguage(value))}>
              {t('command.language', { name })}
            </Action>
          ))}
          <Action icon={Keyboard} keys="?" onSelect={run(() => setShortcutsOpen(true))}>
            {t('nav.shortcuts')}
          </Action>
        </Command.Group>
      </Command.List>
    </Command>
  )
}

/** Cmd or Ctrl and K: everything that the shell can do, by name. */
export default function CommandMenu() {
  const { t } = useI18n()
  const open = useUi((state) => state.commandOpen)
  const setOpen = useUi((state) => state.setCommandOpen)
  return (
    <Modal open={open} onOpenChange={setOpen} title={t('command.title')} hideTitle>
      <CommandBody close={() => setOpen(false)} />
    </Modal>
  )
}
