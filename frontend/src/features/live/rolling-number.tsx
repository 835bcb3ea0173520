import { animate, useReducedMotion } from 'framer-motion'
import { useEffect, useRef } from 'react'

const ROLL_S = 0.9

/** A figure that runs to its new value between two ticks. It writes the text itself: a render a frame would be waste. */
export function RollingNumber({ value, format }: { value: number; format: (value: number) => string }) {
  const element = useRef<HTMLSpanElement>(null)
  const shown = useRef(value)
  const reduced = useReducedMotion()
  useEffect(() => {
    const write = (next: number) => {
      shown.current = next
      if (element.current) element.current.textContent = format(Math.round(next))
    }
    if (reduced || shown.current === value) {
      write(value)
      return
    }
    const running = animate(shown.current, value, { duration: ROLL_S, ease: 'linear', onUpdate: write })
    return () => running.stop()
  }, [value, format, reduced])
  return <span ref={element} />
}
