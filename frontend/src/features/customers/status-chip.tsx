import { Chip, type ChipTone } from '@/design/chip'
import type { Customer } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'

const TONES: Record<string, ChipTone> = { active: 'good', blocked: 'bad', closed: 'quiet' }

export function CustomerStatusChip({ status }: Pick<Customer, 'status'>) {
  const { word } = useCustomers()
  return <Chip tone={TONES[status] ?? 'quiet'}>{word('customer.status', status)}</Chip>
}
