import { useQuery } from '@tanstack/react-query'
import { ArrowRight, Contrast, FileText, Keyboard, Languages, Pause, type LucideIcon } from 'lucide-react'
import { useNavigate } from 'react-router'
import { LANGUAGES, THEMES } from '@/app/choices'
import { useDestinations } from '@/app/destinations'
import { usePanel } from '@/app/panel'
import { useUi } from '@/app/ui-store'
import { useLive } from '@/features/live/store'
import { usePreferences } from '@/features/preferences/store'
import { sessionQuery } from '@/features/session/api'
import { canReadBank, canWatch } from '@/features/session/roles'
import { shortId } from '@/lib/format'
import { useI18n, type MessageKey } from '@/lib/i18n'
import { isUuid } from '@/lib/ids'

const DIACRITICS = /\p{M}/gu
const NOT_IN_A_WORD = /[^\p{L}\p{N}]+/u

export interface CommandChoice {
  label: string
  icon: LucideIcon
  keys?: string
  run: () => void
}

export interface CommandGroup {
  heading: MessageKey
  choices: readonly CommandChoice[]
}

const folded = (text: string): string => text.normalize('NFD').replace(DIACRITICS, '').toLowerCase()
const wordsOf = (text: string): string[] => text.split(NOT_IN_A_WORD).filter(Boolean)

/** How well a label answers what was typed: 3 begins with it, 2 each word of it begins a word, 1 each word occurs, 0 not at all. */
export function rank(label: string, typed: string): number {
  const [whole, wanted] = [folded(label), folded(typed).trim()]
  if (whole.startsWith(wanted)) return 3
  const [has, wants] = [wordsOf(whole), wordsOf(wanted)]
  if (wants.length === 0) return 0
  if (wants.every((word) => has.some((candidate) => candidate.startsWith(word)))) return 2
  return wants.every((word) => whole.includes(word)) ? 1 : 0
}

/** The groups with what matches, best first; what matches equally well stays in its order. */
export function matching(groups: readonly CommandGroup[], typed: string): CommandGroup[] {
  return groups
    .map(({ heading, choices }) => {
      const ranked = choices.map((choice) => ({ choice, score: rank(choice.label, typed) }))
      const kept = ranked.filter(({ score }) => score > 0).sort((one, other) => other.score - one.score)
      return { best: kept[0]?.score ?? 0, group: { heading, choices: kept.map(({ choice }) => choice) } }
    })
    .filter(({ best }) => best > 0)
    .sort((one, other) => other.best - one.best)
    .map(({ group }) => group)
}

/** What an id may name, for those who may see it. */
function useOpening(id: string): readonly CommandChoice[] {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { openPanel } = usePanel()
  const roles = useQuery(sessionQuery).data?.user.roles ?? []
  const open = (label: MessageKey, run: () => void): CommandChoice => ({
    label: t(label, { id: shortId(id) }),
    icon: FileText,
    run,
  })
  return [
    ...(canWatch(roles)
      ? [
          open('command.openDecision', () => openPanel('decision', id)),
          open('command.openAlert', () => openPanel('alert', id)),
        ]
      : []),
    ...(canReadBank(roles)
      ? [
          open('command.openAccount', () => void navigate(`/accounts/${id.toLowerCase()}`)),
          open('command.prove', () => void navigate(`/chain/prove/${id.toLowerCase()}`)),
        ]
      : []),
  ]
}

/** What the menu offers for what was typed: an id opens what it names, anything else is searched for in the labels. */
export function useCommands(typed: string): CommandGroup[] {
  const { t } = useI18n()
  const navigate = useNavigate()
  const destinations = useDestinations()
  const { setTheme, setLanguage } = usePreferences()
  const toggleHold = useLive((state) => state.toggleHold)
  const setShortcutsOpen = useUi((state) => state.setShortcutsOpen)
  const id = typed.trim()
  const opening = useOpening(id)
  if (isUuid(id)) return [{ heading: 'command.open', choices: opening }]
  const go = destinations.map(({ path, label, keys }) => ({
    label: t(label),
    icon: ArrowRight,
    keys,
    run: () => void navigate(path),
  }))
  const act: CommandChoice[] = [
    { label: t('command.toggleHold'), icon: Pause, keys: 'p', run: toggleHold },
    ...THEMES.map((theme) => ({
      label: t('command.theme', { name: t(`nav.theme.${theme}`) }),
      icon: Contrast,
      run: () => setTheme(theme),
    })),
    ...LANGUAGES.map(({ value, name }) => ({
      label: t('command.language', { name }),
      icon: Languages,
      run: () => setLanguage(value),
    })),
    { label: t('nav.shortcuts'), icon: Keyboard, keys: '?', run: () => setShortcutsOpen(true) },
  ]
  return matching(
    [
      { heading: 'command.go', choices: go },
      { heading: 'command.act', choices: act },
    ],
    typed,
  )
}
