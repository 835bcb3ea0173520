import { CircleAlert } from 'lucide-react'
import { CopyValue } from '@/design/copy-value'
import { ApiError } from '@/lib/http'
import type { I18n } from '@/lib/i18n'

type Words = Pick<I18n, 't' | 'word'>

interface ProblemNoteProps {
  error: unknown
  /** The page's words; those of refusals are called `prefix.problem.…` and `prefix.remedy.…` by the API's code. */
  words: Words
  prefix: string
}

/** What the API refused, in the reader's words where there are any for its code, else in the API's own. */
function explain(error: unknown, { t, word }: Words, prefix: string): { title: string; body: string | undefined } {
  if (!(error instanceof ApiError) || error.status >= 500) return { title: t('error.server'), body: undefined }
  if (error.status === 0) return { title: t('error.unreachable'), body: undefined }
  const { code, detail, remedy, title } = error.problem
  return {
    title: word(`${prefix}.problem`, code ?? '', detail ?? title),
    body: word(`${prefix}.remedy`, code ?? '', remedy ?? ''),
  }
}

/** Beside a button that did not work: why, what to do, and where it is found in the logs. */
export function ProblemNote({ error, words, prefix }: ProblemNoteProps) {
  if (error === null) return null
  const { title, body } = explain(error, words, prefix)
  const isFindable = error instanceof ApiError && (error.status === 0 || error.status >= 500)
  return (
    <div role="alert" className="flex animate-fade gap-2.5 rounded-control bg-bad-soft px-3 py-2.5 text-bad">
      <CircleAlert size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" />
      <div className="grid min-w-0 gap-0.5">
        <p className="font-medium">{title}</p>
        {body && <p className="text-ink-2">{body}</p>}
        {isFindable && (
          <p className="flex flex-wrap gap-x-2 text-[12px] text-ink-2">
            {words.t('error.correlation')} <CopyValue value={error.correlationId} />
          </p>
        )}
      </div>
    </div>
  )
}
