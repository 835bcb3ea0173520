import { useId, type ReactNode } from 'react'
import { classes } from '@/design/classes'

/** The look of everything that is typed into or chosen from. */
export const INPUT =
  'w-full min-w-0 rounded-control border border-line-strong bg-surface px-2.5 text-[13px] text-ink transition-colors duration-150 outline-none placeholder:text-ink-3 hover:border-ink-3 focus:border-accent focus:ring-3 focus:ring-accent-soft aria-invalid:border-bad-mark disabled:opacity-60'

interface FieldProps {
  label: string
  hint?: string | undefined
  /** What is wrong with it; said to a screen reader with the field. */
  problem?: string | undefined
  className?: string | undefined
  children: (attributes: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}

/** A name above what is asked for, and beneath it what helps or what is wrong. */
export function Field({ label, hint, problem, className, children }: FieldProps) {
  const id = useId()
  const said = `${id}-said`
  return (
    <div className={classes('grid min-w-0 content-start gap-1', className)}>
      <label htmlFor={id} className="text-[12px] font-medium text-ink-2">
        {label}
      </label>
      {children({ id, 'aria-describedby': said, 'aria-invalid': problem !== undefined })}
      <p id={said} className={classes('text-[12px] empty:hidden', problem === undefined ? 'text-ink-3' : 'text-bad')}>
        {problem ?? hint}
      </p>
    </div>
  )
}

interface CheckProps {
  label: string
  hint?: string
  checked: boolean
  onChange: (checked: boolean) => void
}

export function Check({ label, hint, checked, onChange }: CheckProps) {
  return (
    <label title={hint} className="inline-flex min-h-8 cursor-pointer items-center gap-2 text-ink-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-(--accent-strong)"
      />
      {label}
    </label>
  )
}
