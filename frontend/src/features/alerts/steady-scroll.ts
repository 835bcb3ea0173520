import type { Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef } from 'react'

type Key = string | number | bigint

/**
 * How far a list has moved under its reader: the least move of what was in sight. An item that left its place for another moved
 * more than its neighbours did.
 */
export function moveOf(before: ReadonlyMap<Key, number>, after: ReadonlyMap<Key, number>): number {
  const moves = [...before].flatMap(([key, start]) => {
    const now = after.get(key)
    return now === undefined ? [] : [now - start]
  })
  return moves.reduce((least, move) => (Math.abs(move) < Math.abs(least) ? move : least), moves[0] ?? 0)
}

/** Keeps what is read in its place when live items come above it. At its top a list shows what is newest, and so moves. */
export function useSteadyScroll(virtualizer: Virtualizer<HTMLDivElement, Element>, items: readonly unknown[]): void {
  const inSight = useRef<ReadonlyMap<Key, number>>(new Map())
  useLayoutEffect(() => {
    if (!virtualizer.scrollElement?.scrollTop) return
    const after = new Map(virtualizer.measurementsCache.map(({ key, start }) => [key, start]))
    const move = moveOf(inSight.current, after)
    if (move !== 0) virtualizer.scrollBy(move)
  }, [virtualizer, items])
  useLayoutEffect(() => {
    inSight.current = new Map(virtualizer.getVirtualItems().map(({ key, start }) => [key, start]))
  })
}
