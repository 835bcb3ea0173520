import { Search } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useCommands, type CommandChoice } from '@/app/commands'
import { useUi } from '@/app/ui-store'
import { Kbd } from '@/design/kbd'
import { Modal } from '@/design/modal'
import { useI18n } from '@/lib/i18n'

interface OptionProps {
  id: string
  choice: CommandChoice
  isSelected: boolean
  onPoint: () => void
  onRun: () => void
}

function Option({ id, choice: { icon: Icon, label, keys }, isSelected, onPoint, onRun }: OptionProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isSelected) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isSelected])
  return (
    <div
      ref={element}
      id={id}
      role="option"
      aria-selected={isSelected}
      onPointerMove={onPoint}
      onClick={onRun}
      className="flex h-10 cursor-pointer items-center gap-3 rounded-control px-3 text-ink-2 aria-selected:bg-selected aria-selected:text-ink"
    >
      <Icon size={16} strokeWidth={1.75} className="shrink-0" aria-hidden />
      <span className="flex-1 truncate">{label}</span>
      {keys && (
        <span className="flex gap-1">
          {keys.split(' ').map((key) => (
            <Kbd key={key}>{key.toUpperCase()}</Kbd>
          ))}
        </span>
      )}
    </div>
  )
}

/** The choice that Enter runs follows from the text alone, in the same render: whoever types fast gets the first match of what they typed. */
function CommandBody({ close }: { close: () => void }) {
  const { t } = useI18n()
  const prefix = useId()
  const [text, setText] = useState('')
  const [selected, setSelected] = useState(0)
  const groups = useCommands(text)
  const choices = groups.flatMap((group) => group.choices)
  const idOf = (index: number) => `${prefix}-${index}`
  const run = (choice: CommandChoice | undefined) => {
    if (!choice) return
    close()
    choice.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (step === undefined) run(choices[selected])
    else if (choices.length > 0) setSelected((selected + step + choices.length) % choices.length)
  }
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" aria-hidden />
        <input
          autoFocus
          type="text"
          role="combobox"
          aria-label={t('command.title')}
          aria-expanded
          aria-autocomplete="list"
          aria-controls={`${prefix}-list`}
          aria-activedescendant={choices.length > 0 ? idOf(selected) : undefined}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setSelected(0)
          }}
          onKeyDown={onKeyDown}
          placeholder={t('command.placeholder')}
          className="h-13 w-full bg-transparent text-[14px] outline-none placeholder:text-ink-3"
        />
      </div>
      <div
        id={`${prefix}-list`}
        role="listbox"
        aria-label={t('command.title')}
        className="max-h-[52vh] overflow-y-auto"
      >
        {groups.map(({ heading, choices: inGroup }) => (
          <div key={heading} role="group" aria-labelledby={`${prefix}-${heading}`} className="px-1.5 last:pb-1.5">
            <div id={`${prefix}-${heading}`} aria-hidden className="px-3 pt-4.5 pb-1.5 text-[12px] text-ink-3">
              {t(heading)}
            </div>
            {inGroup.map((choice) => {
              const index = choices.indexOf(choice)
              return (
                <Option
                  key={choice.label}
                  id={idOf(index)}
                  choice={choice}
                  isSelected={index === selected}
                  onPoint={() => setSelected(index)}
                  onRun={() => run(choice)}
                />
              )
            })}
          </div>
        ))}
      </div>
      <p role="status" className="text-center text-ink-3 not-empty:px-3 not-empty:py-8">
        {choices.length === 0 && t('command.empty')}
      </p>
    </>
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
