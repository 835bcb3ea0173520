import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { INPUT } from '@/design/field'
import { useAccounts } from '@/features/accounts/words'
import { useShortcuts } from '@/lib/keyboard'

const SETTLED_MS = 300
const MAX_QUERY = 100

interface MovementSearchProps {
  /** What is looked for now. */
  asked: string
  onAsk: (text: string) => void
}

/** Looks for what is typed as soon as whoever types pauses. What is looked for may also change elsewhere, by the way back. */
export function MovementSearch({ asked, onAsk }: MovementSearchProps) {
  const { t } = useAccounts()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState<{ text: string; over: string } | null>(null)
  // What was typed counts until it is what is looked for.
  const isTyping = typed !== null && typed.over === asked && typed.text.trim() !== asked
  const text = isTyping ? typed.text : typed?.text.trim() === asked ? typed.text : asked
  useEffect(() => {
    if (!isTyping) return
    const timer = setTimeout(() => onAsk(typed.text.trim()), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [isTyping, typed, onAsk])
  useShortcuts({ '/': () => input.current?.focus() })
  return (
    <div role="search" className="relative min-w-0 flex-1 basis-28 max-[359px]:basis-full">
      <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" />
      <input
        ref={input}
        type="search"
        aria-label={t('movements.search')}
        placeholder={t('nav.search')}
        autoComplete="off"
        maxLength={MAX_QUERY}
        value={text}
        onChange={(event) => setTyped({ text: event.target.value, over: asked })}
        className={`${INPUT} h-8 pl-8`}
      />
    </div>
  )
}
