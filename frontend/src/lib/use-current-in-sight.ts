import { useLayoutEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'react-router'

/** For a row of links that may be wider than the screen: the one that is open is in sight. */
export function useCurrentInSight<E extends HTMLElement>(): RefObject<E> {
  const { pathname } = useLocation()
  const row = useRef<E>(null)
  useLayoutEffect(() => {
    const open = row.current?.querySelector<HTMLElement>('[aria-current="page"]')
    if (row.current && open) row.current.scrollLeft = open.offsetLeft - (row.current.clientWidth - open.offsetWidth) / 2
  }, [pathname])
  return row
}
