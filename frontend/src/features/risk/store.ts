import { create } from 'zustand'
import type { Draft } from '@/features/risk/draft'

/** What a draft was begun from: a version's number, or the rules that are built in. */
export type Source = number | 'built-in'

interface DraftStore {
  /** Whose draft it is, so that nobody else who signs in here goes on with it. */
  owner: string | null
  source: Source
  draft: Draft | null
  note: string
  isChanged: boolean
  begin: (owner: string, source: Source, draft: Draft) => void
  change: (change: (draft: Draft) => Draft) => void
  setNote: (note: string) => void
  discard: () => void
}

const NOTHING = { owner: null, source: 'built-in', draft: null, note: '', isChanged: false } as const

/** The draft that somebody writes. It outlives its page, so that looking something up elsewhere in the app loses nothing. */
export const useDraft = create<DraftStore>()((set) => ({
  ...NOTHING,
  begin: (owner, source, draft) => set({ ...NOTHING, owner, source, draft }),
  change: (change) => set(({ draft }) => (draft ? { draft: change(draft), isChanged: true } : {})),
  setNote: (note) => set({ note, isChanged: true }),
  discard: () => set(NOTHING),
}))
