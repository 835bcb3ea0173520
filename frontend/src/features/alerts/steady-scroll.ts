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
  index: number
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

/** Where the items of `places` start now; those that left the list are left out. */
function startsOf(places: readonly Place[], virtualizer: Virtualizer<HTMLDivElement, Element>): Map<Key, number> {
  const now = virtualizer.measurementsCache
  // Where nothing came or went, an item has kept its number; else all are looked through.
  if (places.every(({ key, index }) => now[index]?.key === key))
    return new Map(places.map(({ key, index }) => [key, now[index]?.start ?? 0]))
  const wanted = new Set(places.map(({ key }) => key))
  return new Map(now.filter(({ key }) => wanted.has(key)).map(({ key, start }) => [key, start]))
}

/** The virtualizer's own corrections stop for a moment after a scroll backwards: made by both, some would be made twice, others never. */
function correctNothing(virtualizer: Virtualizer<HTMLDivElement, Element>): void {
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = () => false
}

/**
 * Keeps what is read in its place when live items come above it, or turn out taller than was guessed. At its top a list shows
 * what is newest, and so moves. Every move is made here, from one drawing to the next.
 */
export function useSteadyScroll(
  scroller: RefObject<HTMLDivElement>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
): void {
  const drawn = useRef<readonly Place[]>([])
  useLayoutEffect(() => {
    correctNothing(virtualizer)
  }, [virtualizer])
  useLayoutEffect(() => {
    const items = virtualizer.getVirtualItems() // first: it takes in what was measured while this was drawn
    const element = scroller.current
    if (element && element.scrollTop > 0) {
      const move = moveOf(inSightOf(drawn.current, element), startsOf(drawn.current, virtualizer))
      if (move !== 0) element.scrollBy(0, move)
    }
    drawn.current = items
  })
}
