import { ArrowDown, ArrowUp, ChevronDown, Trash2 } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { IconButton } from '@/design/button'
import { classes } from '@/design/classes'
import { useRisk } from '@/features/risk/words'

interface PartCardProps {
  /** What it is called in the names of its buttons. */
  name: string
  summary: ReactNode
  isWrong: boolean
  startsOpen: boolean
  isFirst: boolean
  isLast: boolean
  onMove: (step: -1 | 1) => void
  onRemove: () => void
  children: ReactNode
}

/** A rule or a segment in a row of them: in short until it is opened; open while something is wrong with it. */
export function PartCard({
  name,
  summary,
  isWrong,
  startsOpen,
  isFirst,
  isLast,
  onMove,
  onRemove,
  children,
}: PartCardProps) {
  const { t } = useRisk()
  const id = useId()
  const [isChosen, setIsChosen] = useState(startsOpen)
  const isOpen = isChosen || isWrong
  return (
    <li data-problem={isWrong || undefined} className="border-b border-line last:border-b-0">
      <div className="flex items-start gap-1 py-2 pr-2 pl-2 sm:pr-3 sm:pl-3">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsChosen(!isOpen)}
          className="flex min-h-8 min-w-0 flex-1 items-start gap-2 rounded-control px-2 py-1 text-left hover:bg-hover"
        >
          <ChevronDown
            size={16}
            aria-hidden
            className={classes('mt-1 shrink-0 text-ink-3 transition-transform duration-150', !isOpen && '-rotate-90')}
          />
          <span className="min-w-0 flex-1">{summary}</span>
        </button>
        <IconButton label={t('risk.part.up', { name })} disabled={isFirst} onClick={() => onMove(-1)} className={MOVE}>
          <ArrowUp size={15} aria-hidden />
        </IconButton>
        <IconButton label={t('risk.part.down', { name })} disabled={isLast} onClick={() => onMove(1)} className={MOVE}>
          <ArrowDown size={15} aria-hidden />
        </IconButton>
        <IconButton label={t('risk.part.remove', { name })} onClick={onRemove}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
      </div>
      <div id={id} hidden={!isOpen} className="px-4 pt-1 pb-5 sm:pr-5 sm:pl-11">
        {isOpen && <div className="grid gap-3">{children}</div>}
      </div>
    </li>
  )
}

const MOVE = 'disabled:pointer-events-none disabled:opacity-35'
