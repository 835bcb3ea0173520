import { Chip, type ChipTone } from '@/design/chip'
import type { DisputeState } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

const TONES: Record<DisputeState, ChipTone> = {
  open: 'accent',
  acknowledged: 'accent',
  proposed: 'caution',
  agreed: 'caution',
  disagreed: 'quiet',
  refunded: 'good',
  rejected: 'quiet',
  cancelled: 'quiet',
}

export function DisputeChip({ state }: { state: DisputeState }) {
  const { t } = useOffice()
  return <Chip tone={TONES[state]}>{t(`dispute.state.${state}`)}</Chip>
}
