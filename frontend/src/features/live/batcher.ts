/** Gathers what arrives between two animation frames, so that the page renders once a frame however many events come. */

export interface Batcher<T> {
  push: (item: T) => void
  /** Hands over what is waiting now; the scheduled frame then finds nothing. */
  flush: () => void
  stop: () => void
}

interface BatcherOptions<T> {
  maxItems: number
  onBatch: (items: T[], skipped: number) => void
  schedule?: (run: () => void) => number
  cancel?: (handle: number) => void
}

/** A hidden tab gets no frames: past `maxItems` the oldest are skipped and counted, never kept without bound. */
export function createBatcher<T>({
  maxItems,
  onBatch,
  schedule = (run) => requestAnimationFrame(run),
  cancel = (handle) => cancelAnimationFrame(handle),
}: BatcherOptions<T>): Batcher<T> {
  let waiting: T[] = []
  let skipped = 0
  let handle: number | null = null

  const flush = () => {
    if (handle !== null) cancel(handle)
    handle = null
    if (waiting.length === 0) return
    const items = waiting
    const lost = skipped
    waiting = []
    skipped = 0
    onBatch(items, lost)
  }

  return {
    push: (item) => {
      waiting.push(item)
      if (waiting.length > maxItems * 2) {
        skipped += waiting.length - maxItems
        waiting = waiting.slice(-maxItems)
      }
      handle ??= schedule(() => {
        handle = null
        flush()
      })
    },
    flush,
    stop: () => {
      if (handle !== null) cancel(handle)
      handle = null
      waiting = []
      skipped = 0
    },
  }
}
