import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { classes } from '@/design/classes'
import { INPUT } from '@/design/field'
import { completed, placeAt, suggestionsFor, type Suggestion } from '@/features/risk/completion'
import { Coloured } from '@/features/risk/expression'
import { useKnown } from '@/features/risk/known'
import { markedAt } from '@/features/risk/marks'
import { optionId, SuggestionList } from '@/features/risk/suggestion-list'
import type { Finding } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'

const MAX_EXPRESSION = 4_096
/** The same in the text and in what lies beneath it, so that each character stands above its own. */
const METRICS = 'px-3 py-2 font-mono text-[12.5px] leading-5 break-words whitespace-pre-wrap'

interface ExpressionFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  findings: readonly Finding[]
  /** What is wrong before the API is asked, such as an empty text. */
  problem?: string | undefined
}

/** Beneath the text, out of its way: its parts in colour, and what is wrong underlined at its characters. */
function Underlay({ text, finding }: { text: string; finding: Finding | undefined }) {
  const cut = finding ? markedAt(text, finding) : null
  return (
    <div aria-hidden className={classes(METRICS, 'min-h-9 border border-transparent text-ink')}>
      {cut ? (
        <>
          <Coloured text={cut.before} />
          <mark className="rounded-[3px] bg-bad-soft text-inherit underline decoration-bad-mark decoration-wavy underline-offset-3">
            {cut.marked}
          </mark>
          <Coloured text={cut.after} />
        </>
      ) : (
        <Coloured text={text} />
      )}
      {/* A last empty line has no height of its own. */}
      {'\u200b'}
    </div>
  )
}

function Said({ id, finding, problem }: { id: string; finding: Finding | undefined; problem: string | undefined }) {
  const { t } = useRisk()
  return (
    <div id={id} aria-live="polite" className="text-[12.5px] empty:hidden">
      {problem !== undefined && <p className="text-bad">{problem}</p>}
      {problem === undefined && finding && (
        <>
          <p className="text-bad">
            {finding.line !== null && (
              <span className="mr-1.5 font-mono text-[12px] tabular">
                {finding.line}:{finding.column}
              </span>
            )}
            {finding.message}
          </p>
          {finding.hint && <p className="text-ink-2">{t('risk.hint', { hint: finding.hint })}</p>}
        </>
      )}
    </div>
  )
}

/** A condition, checked as somebody types, with names offered at the caret. */
export function ExpressionField({ label, value, onChange, findings, problem }: ExpressionFieldProps) {
  const { t } = useRisk()
  const id = useId()
  const [listId, saidId, helpId] = [`${id}-list`, `${id}-said`, `${id}-help`]
  const { known, sayOf } = useKnown()
  const field = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState<number | null>(null)
  const [selected, setSelected] = useState(0)
  const moveTo = useRef<number | null>(null)
  const place = caret === null ? null : placeAt(value, caret)
  const suggestions = place ? suggestionsFor(place, known, sayOf) : []
  const isOpen = suggestions.length > 0
  const finding = findings[0]

  useLayoutEffect(() => {
    if (moveTo.current === null) return
    field.current?.setSelectionRange(moveTo.current, moveTo.current)
    moveTo.current = null
  }, [value])

  const close = () => setCaret(null)
  const take = (suggestion: Suggestion) => {
    if (!place) return
    const next = completed(value, place, suggestion)
    moveTo.current = next.caret
    onChange(next.text)
    close()
  }
  const openAt = (position: number) => {
    setCaret(position)
    setSelected(0)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault()
      return openAt(event.currentTarget.selectionStart)
    }
    if (!isOpen) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const chosen = suggestions[selected]
    if (step !== undefined) setSelected((selected + step + suggestions.length) % suggestions.length)
    else if (event.key === 'Enter' && chosen) take(chosen)
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-[12px] font-medium text-ink-2">
        {label}
      </label>
      <div className="relative">
        <div className="relative rounded-control bg-surface">
          <Underlay text={value} finding={problem === undefined ? finding : undefined} />
          <textarea
            ref={field}
            id={id}
            value={value}
            rows={1}
            maxLength={MAX_EXPRESSION}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            autoComplete="off"
            placeholder={t('risk.expression.placeholder')}
            aria-invalid={problem !== undefined || finding !== undefined}
            aria-describedby={`${saidId} ${helpId}`}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls={isOpen ? listId : undefined}
            aria-activedescendant={isOpen ? optionId(listId, selected) : undefined}
            onChange={(event) => {
              onChange(event.target.value)
              openAt(event.target.selectionStart)
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
            onClick={close}
            className={classes(
              INPUT,
              METRICS,
              'absolute inset-0 h-full resize-none overflow-hidden bg-transparent! text-transparent! caret-ink',
            )}
          />
        </div>
        {isOpen && (
          <SuggestionList
            id={listId}
            suggestions={suggestions}
            selected={selected}
            onPoint={setSelected}
            onTake={take}
          />
        )}
      </div>
      <Said id={saidId} finding={finding} problem={problem} />
      <p id={helpId} className="sr-only">
        {t('risk.expression.help')}
      </p>
      <p role="status" className="sr-only">
        {isOpen && t('risk.suggestions.count', { count: suggestions.length })}
      </p>
    </div>
  )
}
