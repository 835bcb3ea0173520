import { useCallback } from 'react'
import { useLocation, useSearchParams } from 'react-router'

export type PanelKind = 'decision' | 'alert'
export interface Panel {
  kind: PanelKind
  id: string
}

const KINDS: readonly PanelKind[] = ['decision', 'alert']

/** Which detail is open is part of the address, so that it can be sent to a colleague. A page keeps its way back meanwhile. */
export function usePanel(): {
  panel: Panel | null
  openPanel: (kind: PanelKind, id: string) => void
  closePanel: () => void
} {
  const [search, setSearch] = useSearchParams()
  const state = useLocation().state as unknown
  const kind = KINDS.find((name) => search.has(name))
  const id = kind ? search.get(kind) : null
  const openPanel = useCallback(
    (next: PanelKind, nextId: string) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          KINDS.forEach((name) => after.delete(name))
          after.set(next, nextId)
          return after
        },
        { state },
      )
    },
    [setSearch, state],
  )
  const closePanel = useCallback(() => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before)
        KINDS.forEach((name) => after.delete(name))
        return after
      },
      { state },
    )
  }, [setSearch, state])
  return { panel: kind && id ? { kind, id } : null, openPanel, closePanel }
}
