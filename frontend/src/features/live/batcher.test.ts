import { describe, expect, test } from 'vitest'
import { createBatcher } from '@/features/live/batcher'

function manualFrames() {
  let frame: (() => void) | null = null
  return {
    schedule: (run: () => void) => {
      frame = run
      return 1
    },
    cancel: () => {
      frame = null
    },
    isScheduled: () => frame !== null,
    next: () => {
      const run = frame
      frame = null
      run?.()
    },
  }
}

function batcherOf(maxItems: number) {
  const frames = manualFrames()
  const batches: { items: number[]; skipped: number }[] = []
  const batcher = createBatcher<number>({
    maxItems,
    onBatch: (items, skipped) => batches.push({ items, skipped }),
    ...frames,
  })
  return { batcher, batches, frames }
}

describe('the batcher', () => {
  test('hands over everything of a frame at once and in order', () => {
    const { batcher, batches, frames } = batcherOf(100)
    ;[1, 2, 3].forEach(batcher.push)
    expect(batches).toEqual([])
    frames.next()
    expect(batches).toEqual([{ items: [1, 2, 3], skipped: 0 }])
  })

  test('asks for no frame while nothing comes', () => {
    const { batcher, batches, frames } = batcherOf(100)
    batcher.push(1)
    frames.next()
    expect(frames.isScheduled()).toBe(false)
    batcher.push(2)
    expect(frames.isScheduled()).toBe(true)
    frames.next()
    expect(batches.map((batch) => batch.items)).toEqual([[1], [2]])
  })

  test('keeps the newest and counts the rest while a hidden tab gets no frames', () => {
    const { batcher, batches, frames } = batcherOf(10)
    for (let item = 0; item < 1_000; item += 1) batcher.push(item)
    frames.next()
    const [batch] = batches
    expect(batch?.items.length).toBeLessThanOrEqual(20)
    expect(batch?.items.at(-1)).toBe(999)
    expect((batch?.items.length ?? 0) + (batch?.skipped ?? 0)).toBe(1_000)
  })

  test('says nothing more once stopped', () => {
    const { batcher, batches, frames } = batcherOf(10)
    batcher.push(1)
    batcher.stop()
    frames.next()
    batcher.flush()
    expect(batches).toEqual([])
  })
})
