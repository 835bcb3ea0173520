import { create } from 'zustand'
import { createBatcher } from '@/features/live/batcher'
import { connectLive, type Connection } from '@/features/live/connection'
import {
  applyBatch,
  EMPTY_LIVE,
  FEED_FILTERS,
  hold,
  resume,
  seed,
  type FeedFilter,
  type FeedState,
  type LiveData,
  type LiveEvent,
} from '@/features/live/reducer'
import type { DecisionRowData } from '@/features/decisions/row'
import type { AlertEvent } from '@/lib/api-types'

const MAX_EVENTS_A_FRAME = 2_000

interface LiveStore extends LiveData {
  feedState: FeedState
  lastHeardAtMs: number | null
  /** What the last frame that brought any told of alerts: for whoever listens from now on. */
  lastAlerts: AlertEvent[]
  filter: FeedFilter
  setFilter: (filter: FeedFilter) => void
  nextFilter: () => void
  hold: () => void
  resume: () => void
  toggleHold: () => void
  seed: (stored: DecisionRowData[]) => void
  retry: () => void
}

let connection: Connection | null = null

/** What the live feed has brought. One connection feeds it, whichever page is open. */
export const useLive = create<LiveStore>()((set, get) => ({
  ...EMPTY_LIVE,
  feedState: 'connecting',
  lastHeardAtMs: null,
  lastAlerts: [],
  filter: 'all',
  setFilter: (filter) => set({ filter }),
  nextFilter: () => {
    const at = FEED_FILTERS.indexOf(get().filter)
    set({ filter: FEED_FILTERS[(at + 1) % FEED_FILTERS.length] ?? 'all' })
  },
  hold: () => set(hold),
  resume: () => set(resume),
  toggleHold: () => set((state) => (state.isHeld ? resume(state) : hold(state))),
  seed: (stored) => set((state) => seed(state, stored)),
  retry: () => connection?.retry(),
}))

interface LiveListeners {
  onAlerts: (alerts: AlertEvent[]) => void
  onResumed: () => void
}

/** Opens the shared connection; the answer closes it and forgets what it brought (another person may sign in next). */
export function startLive(listeners: LiveListeners): () => void {
  const batcher = createBatcher<LiveEvent>({
    maxItems: MAX_EVENTS_A_FRAME,
    onBatch: (events, skipped) => {
      useLive.setState((state) => applyBatch(state, events, skipped))
      const alerts = events.flatMap((event) => (event.kind === 'alert' ? [event.alert] : []))
      if (alerts.length > 0) {
        useLive.setState({ lastAlerts: alerts })
        listeners.onAlerts(alerts)
      }
    },
  })
  connection = connectLive({
    onEvent: batcher.push,
    onHeard: (atMs) => {
      const { feedState, lastHeardAtMs } = useLive.getState()
      if (feedState !== 'live' || atMs - (lastHeardAtMs ?? 0) > 500) {
        useLive.setState({ feedState: 'live', lastHeardAtMs: atMs })
      }
    },
    onResumed: listeners.onResumed,
    onLost: () => {
      useLive.setState((state) => ({ feedState: state.lastHeardAtMs === null ? 'connecting' : 'stale' }))
    },
  })
  return () => {
    connection?.close()
    connection = null
    batcher.stop()
    useLive.setState({ ...EMPTY_LIVE, feedState: 'connecting', lastHeardAtMs: null })
  }
}

export function forbidLive(): void {
  useLive.setState({ feedState: 'forbidden' })
}
