import { CHIP } from '@/design/chip'
import { classes } from '@/design/classes'
import type { PolicyStatus, Simulation } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'

const POLICY_LOOKS: Record<PolicyStatus, string> = {
  draft: 'bg-caution-soft text-caution',
  approved: 'bg-accent-soft text-accent',
  active: 'bg-good-soft text-good',
  rejected: 'bg-bad-soft text-bad',
  retired: 'bg-sunken text-ink-2',
}

const SIMULATION_LOOKS: Record<Simulation['status'], string> = {
  queued: 'bg-sunken text-ink-2',
  running: 'bg-accent-soft text-accent',
  done: 'bg-good-soft text-good',
  failed: 'bg-bad-soft text-bad',
  cancelled: 'bg-sunken text-ink-2',
}

export function PolicyChip({ status }: { status: PolicyStatus }) {
  const { t } = useRisk()
  return <span className={classes(CHIP, POLICY_LOOKS[status])}>{t(`risk.status.${status}`)}</span>
}

export function SimulationChip({ status }: Pick<Simulation, 'status'>) {
  const { t } = useRisk()
  return <span className={classes(CHIP, SIMULATION_LOOKS[status])}>{t(`risk.simulation.status.${status}`)}</span>
}
