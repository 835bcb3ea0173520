import type { ReactNode } from 'react'
import { classes } from '@/design/classes'

interface BoxProps {
  title: string
  aside?: ReactNode
  /** Without room at its sides, for rows and tables that reach them. */
  flush?: boolean
  className?: string | undefined
  children: ReactNode
}

/** One subject of a page, on a surface of its own. */
export function Box({ title, aside, flush = false, className, children }: BoxProps) {
  return (
    <section aria-label={title} className={classes('panel min-w-0', className)}>
      <header className="flex min-h-13 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-5">
        <h2 className="text-[14px] font-semibold">{title}</h2>
        {aside}
      </header>
      <div className={flush ? undefined : 'p-4 sm:p-5'}>{children}</div>
    </section>
  )
}
