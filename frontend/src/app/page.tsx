import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { PageHeader } from '@/app/page-header'

interface PageProps {
  title: string
  lead: string
  /** The page above this one. */
  back?: { to: string; label: string }
  actions?: ReactNode
  /** The pages beside this one, always in the same place. */
  tabs?: ReactNode
  children: ReactNode
}

/** A page that is read from top to bottom, under its name and the way back to where it belongs. */
export function Page({ title, lead, back, actions, tabs, children }: PageProps) {
  return (
    <div className="mx-auto flex max-w-[72rem] flex-col gap-4 p-4 sm:p-6">
      {back && (
        <Link
          to={back.to}
          className="-mb-2 inline-flex min-h-6 items-center gap-1 self-start rounded-[5px] font-medium text-ink-3 hover:text-ink"
        >
          <ChevronLeft size={15} aria-hidden />
          {back.label}
        </Link>
      )}
      <PageHeader title={title} lead={lead}>
        {actions}
      </PageHeader>
      {tabs && <div className="flex min-w-0">{tabs}</div>}
      {children}
    </div>
  )
}
