import { Chip, type ChipTone } from '@/design/chip'
import type { Recovery } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

const TONES: Record<Recovery['state'], ChipTone> = {
  created: 'accent',
  sent: 'accent',
  analysed: 'caution',
  refunding: 'accent',
  returning: 'caution',
  completed: 'good',
  refused: 'quiet',
  cancelled: 'quiet',
}

export function RecoveryChip({ state }: { state: Recovery['state'] }) {
  const { t } = useOffice()
  return <Chip tone={TONES[state]}>{t(`recovery.state.${state}`)}</Chip>
}
