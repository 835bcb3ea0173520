import { create } from 'zustand'

interface UiStore {
  commandOpen: boolean
  shortcutsOpen: boolean
  setCommandOpen: (open: boolean) => void
  setShortcutsOpen: (open: boolean) => void
}

/** Which of the shell's dialogs is open; at most one. */
export const useUi = create<UiStore>()((set) => ({
  commandOpen: false,
  shortcutsOpen: false,
  setCommandOpen: (open) => set({ commandOpen: open, shortcutsOpen: false }),
  setShortcutsOpen: (open) => set({ shortcutsOpen: open, commandOpen: false }),
}))
