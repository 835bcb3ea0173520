import type { ReactNode } from 'react'

/** Name and value, one a line, values aligned. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid gap-y-2">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(6rem,8.5rem)_minmax(0,1fr)] items-baseline gap-x-4 max-[359px]:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] max-[359px]:gap-x-3">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 text-ink tabular [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section className="border-t border-line px-5 py-4">
      <div className="mb-3 flex items-baseline justify-between gap-3">
        <h3 className="text-[12px] font-medium text-ink-3">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  )
}
