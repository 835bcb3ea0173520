import { classes } from '@/design/classes'

/** A place that will hold content: same size, so that nothing moves when it comes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classes('block animate-shimmer rounded-[6px] bg-sunken', className)} />
}
