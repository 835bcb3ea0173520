import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/** What is over, out of the way until somebody asks for it. */
export function Folded({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className="group border-t border-line">
      <summary className="flex min-h-10 cursor-pointer list-none items-center gap-1.5 px-4 text-[12.5px] font-medium text-ink-2 outline-offset-[-2px] hover:text-ink sm:px-5 [&::-webkit-details-marker]:hidden">
        <ChevronRight size={14} aria-hidden className="transition-transform duration-150 group-open:rotate-90" />
        {title}
      </summary>
      {children}
    </details>
  )
}
