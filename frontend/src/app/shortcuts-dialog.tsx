import { useDestinations } from '@/app/destinations'
import { ShortcutWords, useShortcutWords, type ShortcutKey } from '@/app/shortcut-words'
import { useUi } from '@/app/ui-store'
import { Kbd } from '@/design/kbd'
import { Modal } from '@/design/modal'

const ANYWHERE: readonly [string, ShortcutKey][] = [
  ['mod K', 'shortcuts.command'],
  ['?', 'shortcuts.help'],
]
const IN_A_LIST: readonly [string, ShortcutKey][] = [
  ['j', 'shortcuts.next'],
  ['k', 'shortcuts.previous'],
  ['Enter', 'shortcuts.open'],
  ['Esc', 'shortcuts.close'],
  ['p', 'shortcuts.hold'],
  ['f', 'shortcuts.filter'],
  ['/', 'shortcuts.find'],
]
const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

function Keys({ title, rows }: { title: string; rows: readonly [string, ShortcutKey][] }) {
  const { t } = useShortcutWords()
  return (
    <section>
      <h3 className="mb-2 text-[12px] text-ink-3">{title}</h3>
      <dl className="grid gap-2">
        {rows.map(([keys, label]) => (
          <div key={keys} className="flex items-center justify-between gap-6">
            <dt className="text-ink-2">{t(label)}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key === 'mod' ? MOD : key.length === 1 ? key.toUpperCase() : key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Shortcuts() {
  const { t } = useShortcutWords()
  const open = useUi((state) => state.shortcutsOpen)
  const setOpen = useUi((state) => state.setShortcutsOpen)
  const go = useDestinations().map(({ keys, shortcut }): [string, ShortcutKey] => [keys, shortcut])
  return (
    <Modal open={open} onOpenChange={setOpen} title={t('shortcuts.title')}>
      <div className="grid gap-8 overflow-y-auto p-5 sm:grid-cols-2">
        <Keys title={t('shortcuts.anywhere')} rows={[...ANYWHERE, ...go]} />
        <Keys title={t('shortcuts.feed')} rows={IN_A_LIST} />
      </div>
    </Modal>
  )
}

export default function ShortcutsDialog() {
  return (
    <ShortcutWords fallback={null}>
      <Shortcuts />
    </ShortcutWords>
  )
}
