import { ProblemNote as Note } from '@/design/problem-note'
import { useRisk } from '@/features/risk/words'

/** A refusal in these pages' words. */
export function ProblemNote({ error }: { error: unknown }) {
  return <Note error={error} words={useRisk()} prefix="risk" />
}
