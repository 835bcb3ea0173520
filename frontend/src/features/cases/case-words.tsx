import { Chip, type ChipTone } from '@/design/chip'
import type { Case, Severity, Urgency } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { shortId } from '@/lib/format'

const SEVERITY_TONES: Record<Severity, ChipTone> = { critical: 'bad', high: 'bad', medium: 'caution', low: 'quiet' }
const URGENCY_TONES: Record<Urgency, ChipTone> = { late: 'bad', warning: 'caution', on_time: 'quiet' }
const STATE_TONES: Record<Case['state'], ChipTone> = {
  open: 'accent',
  analysis: 'accent',
  proposed: 'caution',
  to_report: 'caution',
  reported: 'good',
  closed: 'quiet',
}

export function SeverityChip({ severity }: { severity: Severity }) {
  const { t } = useCases()
  return <Chip tone={SEVERITY_TONES[severity]}>{t(`case.severity.${severity}`)}</Chip>
}

export function CaseStateChip({ state }: { state: Case['state'] }) {
  const { t } = useCases()
  return <Chip tone={STATE_TONES[state]}>{t(`case.state.${state}`)}</Chip>
}

/** By when, and how near that is; nothing of a case that has ended. */
export function DueChip({ of }: { of: Pick<Case, 'due_on' | 'urgency'> }) {
  const { t, date } = useCases()
  if (of.due_on === null || of.urgency === null) return null
  const on = date(noonMs(of.due_on))
  return <Chip tone={URGENCY_TONES[of.urgency]}>{t(of.urgency === 'late' ? 'case.was.due' : 'case.due', { on })}</Chip>
}

/** A calendar day has no zone: its noon is of that day wherever the page is read, but for the far side of the date line. */
export const noonMs = (day: string): number => Date.parse(`${day}T12:00:00`)

export function useSubjectName(): (of: Pick<Case, 'subject_kind' | 'subject_id'>) => string {
  const { word } = useCases()
  return ({ subject_kind, subject_id }) => `${word('subject', subject_kind)} ${shortId(subject_id)}`
}
