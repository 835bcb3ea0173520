import { forwardRef, type ButtonHTMLAttributes } from 'react'
import { classes } from '@/design/classes'

export type ButtonKind = 'primary' | 'secondary' | 'quiet'

export const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-accent-strong text-on-accent hover:brightness-110 shadow-panel',
  secondary: 'border border-line-strong bg-surface text-ink hover:bg-hover',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
}

export const BUTTON =
  'inline-flex h-9 items-center justify-center gap-2 rounded-control px-3.5 font-medium whitespace-nowrap transition-[background-color,color,filter,transform] duration-150 active:scale-[0.98] disabled:opacity-60'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind
  busy?: boolean
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { kind = 'secondary', busy = false, className, disabled, children, type = 'button', ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      aria-busy={busy}
      disabled={disabled || busy}
      className={classes(BUTTON, KINDS[kind], className)}
      {...rest}
    >
      {children}
    </button>
  )
})

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { label, className, children, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type="button"
      aria-label={label}
      title={label}
      className={classes(
        'grid size-8 shrink-0 place-items-center rounded-control text-ink-3 transition-colors duration-150 hover:bg-hover hover:text-ink',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  )
})
