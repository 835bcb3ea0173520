import { Users } from 'lucide-react'
import { useState } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { TextField } from '@/design/text-field'
import { useCompliance } from '@/features/compliance/words'
import { ProblemNote } from '@/features/risk/problem-note'

const MAX_NOTE = 500
export type Verdict = 'approve' | 'reject' | 'withdraw'

interface JudgeProps {
  /** Whoever is signed in proposed it: they may only take it back. */
  isOwn: boolean
  /** Why it cannot be approved yet. */
  notYet?: string | undefined
  busy: boolean
  error: unknown
  onSay: (to: Verdict, note: string) => void
}

/** What the second person says to a proposal, or the first to their own. */
export function Judge(props: JudgeProps) {
  const { t } = useCompliance()
  return (
    <Box title={t('compliance.decide')}>
      <JudgeForm {...props} />
    </Box>
  )
}

/** The same within a box that has other things too. */
export function JudgeForm({ isOwn, notYet, busy, error, onSay }: JudgeProps) {
  const { t } = useCompliance()
  const [note, setNote] = useState('')
  const say = (to: Verdict) => () => onSay(to, note.trim())
  return (
    <div className="grid gap-3">
      {isOwn && (
        <p className="flex items-start gap-2.5 text-pretty text-ink-2">
          <Users size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
          {t('compliance.fourEyes')}
        </p>
      )}
      {!isOwn && notYet !== undefined && <p className="text-pretty text-ink-2">{notYet}</p>}
      <TextField label={t('compliance.note.optional')} maxLength={MAX_NOTE} value={note} onValue={setNote} />
      <ProblemNote error={error} />
      <div className="flex flex-wrap gap-2">
        {isOwn ? (
          <Button busy={busy} onClick={say('withdraw')}>
            {t('compliance.withdraw')}
          </Button>
        ) : (
          <>
            <Button kind="primary" busy={busy} disabled={notYet !== undefined} onClick={say('approve')}>
              {t('compliance.approve')}
            </Button>
            <Button busy={busy} onClick={say('reject')}>
              {t('compliance.reject')}
            </Button>
          </>
        )}
      </div>
    </div>
  )
}
