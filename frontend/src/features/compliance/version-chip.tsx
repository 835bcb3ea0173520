import { Chip, type ChipTone } from '@/design/chip'
import type { Version } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

const TONES: Record<Version['status'], ChipTone> = {
  proposed: 'caution',
  approved: 'good',
  rejected: 'bad',
  withdrawn: 'quiet',
}

export function VersionChip({ status }: Pick<Version, 'status'>) {
  const { t } = useCompliance()
  return <Chip tone={TONES[status]}>{t(`version.status.${status}`)}</Chip>
}
