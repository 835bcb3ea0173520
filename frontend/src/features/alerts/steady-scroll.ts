import type { Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, type RefObject } from 'react'

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

/** Where each item stands that a list draws. */
interface Place {
  key: Key
  start: number
  end: number
}

/** What a reader sees of `drawn`, by where it stands: not what is drawn ahead of the scroll, which may stay while all in sight moves. */
export function inSightOf(
  drawn: readonly Place[],
  { scrollTop, clientHeight }: Pick<Element, 'scrollTop' | 'clientHeight'>,
): ReadonlyMap<Key, number> {
  const seen = drawn.filter(({ start, end }) => end > scrollTop && start < scrollTop + clientHeight)
  return new Map(seen.map(({ key, start }) => [key, start]))
}

/** Keeps what is read in its place when live items come above it. At its top a list shows what is newest, and so moves. */
export function useSteadyScroll(
  scroller: RefObject<HTMLDivElement>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  items: readonly unknown[],
): void {
  const drawn = useRef<readonly Place[]>([])
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || element.scrollTop === 0) return
    const after = new Map(virtualizer.measurementsCache.map(({ key, start }) => [key, start]))
    const move = moveOf(inSightOf(drawn.current, element), after)
    // Not the virtualizer's own `scrollBy`: that forgets what it has just added for an item that turned out taller than guessed.
    if (move !== 0) element.scrollBy(0, move)
  }, [scroller, virtualizer, items])
  useLayoutEffect(() => {
    drawn.current = virtualizer.getVirtualItems()
  })
}
