import { Outline, SplitOutline } from '@/design/outlines'
import { Skeleton } from '@/design/skeleton'

const FEW = [0, 1, 2] as const

/** An account before it is there: the card with its balance, then what became of it. */
export function AccountOutline() {
  return (
    <>
      <Outline>
        <div className="panel overflow-hidden">
          <div className="grid gap-2 p-5 pb-6">
            <Skeleton className="h-4 w-20" />
            <Skeleton className="h-10 w-56" />
          </div>
          <div className="grid grid-cols-2 gap-x-6 gap-y-3 border-t border-line px-5 py-4 sm:grid-cols-5">
            {FEW.map((part) => (
              <Skeleton key={part} className="h-9 w-24" />
            ))}
          </div>
        </div>
      </Outline>
      <SplitOutline main={[8]} aside={[5, 1, 2]} />
    </>
  )
}

/** One's own accounts before they are there. */
export function CardsOutline() {
  return (
    <Outline className="sm:grid-cols-2 xl:grid-cols-3">
      {FEW.map((card) => (
        <div key={card} className="panel grid content-start gap-2 p-5">
          <Skeleton className="h-5 w-28" />
          <Skeleton className="h-4 w-40 max-w-full" />
          <Skeleton className="mt-5 h-3.5 w-16" />
          <Skeleton className="h-8 w-44 max-w-full" />
          <Skeleton className="h-4 w-24" />
        </div>
      ))}
    </Outline>
  )
}
