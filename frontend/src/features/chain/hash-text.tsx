import { classes } from '@/design/classes'

const SHOWN_DIGITS = 14
const LEADING_ZEROS = /^0*/

interface HashTextProps {
  hash: string
  /** How many digits of it; all when absent. */
  digits?: number
  className?: string
}

/** A hash, its leading zeros quieter: they are the work that it shows. */
export function HashText({ hash, digits, className }: HashTextProps) {
  const zeros = LEADING_ZEROS.exec(hash)?.[0].length ?? 0
  const shown = digits === undefined ? hash : hash.slice(0, digits)
  return (
    <span title={hash} className={classes('font-mono text-[12px]', className)}>
      <span className="text-ink-3">{shown.slice(0, zeros)}</span>
      {shown.slice(zeros)}
      {shown.length < hash.length && '…'}
    </span>
  )
}

export const ShortHash = ({ hash, className }: Omit<HashTextProps, 'digits'>) => (
  <HashText hash={hash} digits={SHOWN_DIGITS} {...(className === undefined ? {} : { className })} />
)
