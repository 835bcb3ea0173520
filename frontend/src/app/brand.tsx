import { classes } from '@/design/classes'

export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={classes('shrink-0', className)}>
      <rect width="32" height="32" rx="9" className="fill-accent-strong" />
      <path
        d="M9 21.5V10.5h6.2a3.1 3.1 0 0 1 1.2 5.95M9 16.2h7.2a2.65 2.65 0 0 1 0 5.3H9"
        className="fill-none stroke-on-accent"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="23.2" cy="21.3" r="1.9" fill="#8ff0c4" />
    </svg>
  )
}
