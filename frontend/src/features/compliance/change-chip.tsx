import { Chip, type ChipTone } from '@/design/chip'
import type { ListChange } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

const TONES: Record<ListChange['status'], ChipTone> = {
  proposed: 'caution',
  approved: 'accent',
  rejected: 'bad',
  withdrawn: 'quiet',
  loaded: 'good',
  refused: 'bad',
}

export function ChangeChip({ status }: Pick<ListChange, 'status'>) {
  const { t } = useCompliance()
  return <Chip tone={TONES[status]}>{t(`change.status.${status}`)}</Chip>
}
