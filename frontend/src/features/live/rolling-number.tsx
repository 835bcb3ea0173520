import { useEffect, useRef } from 'react'
import { useMedia } from '@/lib/use-media'

const ROLL_MS = 900

/** A figure that runs to its new value between two ticks. It writes the text itself: a render a frame would be waste. */
export function RollingNumber({ value, format }: { value: number; format: (value: number) => string }) {
  const element = useRef<HTMLSpanElement>(null)
  const shown = useRef(value)
  const reduced = useMedia('(prefers-reduced-motion: reduce)')
  useEffect(() => {
    const from = shown.current
    const startMs = performance.now()
    let frame = 0
    const write = (nowMs: number) => {
      const done = reduced ? 1 : Math.min(1, Math.max(0, (nowMs - startMs) / ROLL_MS))
      shown.current = from + (value - from) * done
      if (element.current) element.current.textContent = format(Math.round(shown.current))
      if (done < 1) frame = requestAnimationFrame(write)
    }
    write(startMs)
    return () => cancelAnimationFrame(frame)
  }, [value, format, reduced])
  return <span ref={element} />
}
