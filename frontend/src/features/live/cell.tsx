import type { ReactNode } from 'react'
import { classes } from '@/design/classes'

/** One measure of the pulse: its name, then what it is now. */
export function Cell({ name, className, children }: { name: string; className?: string; children: ReactNode }) {
  return (
    <div className={classes('flex min-w-0 flex-col border-line p-4 max-[359px]:px-3 sm:p-5', className)}>
      <h2 className="text-[13px] text-ink-2">{name}</h2>
      {children}
    </div>
  )
}
