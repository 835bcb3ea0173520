import { ProblemNote as Note } from '@/design/problem-note'
import { useCases } from '@/features/cases/words'

/** A refusal in these pages' words. */
export function ProblemNote({ error }: { error: unknown }) {
  return <Note error={error} words={useCases()} prefix="case" />
}
