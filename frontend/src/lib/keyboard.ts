import { useLayoutEffect, useRef } from 'react'

const SEQUENCE_MS = 900

export type Shortcuts = Record<string, () => void>

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

function isBehindModal(target: EventTarget | null): boolean {
  const modal = document.querySelector(
    '[role="dialog"][data-state="open"]:not([data-panel]), [role="menu"][data-state="open"]',
  )
  return modal !== null && target instanceof Node
}

/** The name of a key press: "j", "?", "mod+k"; `null` for what only accompanies another key. */
export function nameOf(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey' | 'altKey'>): string | null {
  if (event.altKey || ['Shift', 'Meta', 'Control', 'Alt'].includes(event.key)) return null
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key
}

/**
 * Page-wide keys; two in a row are written "g l". Quiet while somebody types, and while a dialog or a menu is open. Heard as soon
 * as what they act on is in the page, not a moment later: whoever knows them does not wait.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts)
  useLayoutEffect(() => {
    current.current = shortcuts
  })
  useLayoutEffect(() => {
    let first: { name: string; atMs: number } | null = null
    const onKeyDown = (event: KeyboardEvent) => {
      const name = nameOf(event)
      if (name === null || event.defaultPrevented) return
      if (!name.startsWith('mod+') && (isTyping(event.target) || isBehindModal(event.target))) return
      const pair = first && event.timeStamp - first.atMs < SEQUENCE_MS ? `${first.name} ${name}` : name
      const run = current.current[pair] ?? current.current[name]
      first = { name, atMs: event.timeStamp }
      if (!run) return
      event.preventDefault()
      run()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
