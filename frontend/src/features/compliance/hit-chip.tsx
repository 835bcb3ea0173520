import { Chip, type ChipTone } from '@/design/chip'
import type { HitStatus } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

const TONES: Record<HitStatus, ChipTone> = { open: 'caution', proposed: 'accent', cleared: 'good', confirmed: 'bad' }

export function HitChip({ status }: { status: HitStatus }) {
  const { t } = useCompliance()
  return <Chip tone={TONES[status]}>{t(`hit.status.${status}`)}</Chip>
}
