import { useEffect, useRef } from 'react'
import type { Suggestion } from '@/features/risk/completion'
import { useRisk } from '@/features/risk/words'

interface SuggestionListProps {
  id: string
  suggestions: readonly Suggestion[]
  selected: number
  onPoint: (index: number) => void
  onTake: (suggestion: Suggestion) => void
}

export const optionId = (id: string, index: number): string => `${id}-${index}`

/** What could be written at the caret: few enough to be all in sight. Focus stays in the text; the text's keys choose. */
export function SuggestionList({ id, suggestions, selected, onPoint, onTake }: SuggestionListProps) {
  const { t } = useRisk()
  const chosen = useRef<HTMLLIElement>(null)
  useEffect(() => chosen.current?.scrollIntoView({ block: 'nearest' }), [selected])
  return (
    <ul
      id={id}
      role="listbox"
      aria-label={t('risk.suggestions')}
      className="absolute inset-x-0 top-full z-20 mt-1 animate-fade rounded-control border border-line-strong bg-surface p-1 shadow-float"
    >
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.insert}
          id={optionId(id, index)}
          ref={index === selected ? chosen : undefined}
          role="option"
          aria-selected={index === selected}
          onPointerMove={() => onPoint(index)}
          // Before the text would lose its focus.
          onPointerDown={(event) => {
            event.preventDefault()
            onTake(suggestion)
          }}
          className="grid scroll-mb-20 cursor-pointer grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 rounded-[6px] px-2 py-1.5 aria-selected:bg-selected"
        >
          <span className="truncate font-mono text-[12.5px] text-ink">{suggestion.insert}</span>
          <span className="text-[11px] text-ink-3">{suggestion.type}</span>
          {suggestion.sentence && (
            <span className="col-span-2 truncate text-[12px] text-ink-3">{suggestion.sentence}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
