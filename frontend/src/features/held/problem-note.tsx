import { ProblemNote as Note } from '@/design/problem-note'
import { useOffice } from '@/features/office/words'

/** A refusal in these pages' words. */
export function ProblemNote({ error }: { error: unknown }) {
  return <Note error={error} words={useOffice()} prefix="held" />
}
