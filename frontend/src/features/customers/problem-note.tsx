import { ProblemNote as Note } from '@/design/problem-note'
import { useCustomers } from '@/features/customers/words'

/** A refusal in these pages' words. */
export function ProblemNote({ error }: { error: unknown }) {
  return <Note error={error} words={useCustomers()} prefix="customer" />
}
