import { useEffect, type ReactNode } from 'react'

interface PageHeaderProps {
  title: string
  lead: string
  children?: ReactNode
}

export function PageHeader({ title, lead, children }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · BaaS Ultra`
  }, [title])
  return (
    <header className="flex flex-wrap items-center gap-x-6 gap-y-3">
      <div className="mr-auto">
        <h1 className="text-[20px] leading-7 font-semibold tracking-tight">{title}</h1>
        <p className="text-ink-3">{lead}</p>
      </div>
      {children}
    </header>
  )
}
