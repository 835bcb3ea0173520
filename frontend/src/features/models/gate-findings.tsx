import { ShieldCheck, ShieldX } from 'lucide-react'
import { useState } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { failingGroups, objectionsOf, outcomeOf } from '@/features/models/findings'
import { GainPlot } from '@/features/models/gain-plot'
import { GroupTable } from '@/features/models/group-table'
import { MoveDialog } from '@/features/models/move-dialog'
import { useObjectionText } from '@/features/models/objection'
import { movedName, type GateResult, type ModelMove } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

interface GateProps {
  move: ModelMove
  gate: GateResult
}

/** The answer before its grounds, and of a gate that is open the way through it. */
function Answer({ move, gate }: GateProps) {
  const { t, count } = useRisk()
  const { roles } = useUser()
  const textOf = useObjectionText(gate)
  const [isPromoting, setIsPromoting] = useState(false)
  const outcome = outcomeOf(move)
  const isOpen = outcome !== 'closed'
  const Icon = isOpen ? ShieldCheck : ShieldX
  const name = movedName(move.version)
  return (
    <section
      aria-label={t('gate.answer')}
      className={classes('panel flex items-start gap-4 p-4 sm:p-5', isOpen ? 'bg-good-soft' : 'bg-caution-soft')}
    >
      <Icon
        size={22}
        strokeWidth={1.75}
        aria-hidden
        className={classes('mt-0.5 shrink-0', isOpen ? 'text-good' : 'text-caution')}
      />
      <div className="min-w-0 flex-1">
        <h2 className="text-[16px] leading-6 font-semibold">
          {t('gate.said', { outcome, count: gate.problems.length, name })}
        </h2>
        {gate.problems.length > 0 && (
          <ul aria-label={t('gate.problems')} className="mt-2 grid list-disc gap-1 pl-4 text-ink">
            {objectionsOf(gate).map((objection, index) => (
              <li key={index} className="text-pretty">
                {textOf(objection)}
              </li>
            ))}
          </ul>
        )}
        <p className="mt-2 text-[12.5px] text-ink-2 tabular">
          {t('gate.evidence', { decisions: count(gate.decisions), frauds: count(gate.frauds) })}
        </p>
      </div>
      {outcome === 'open' && canChangePolicies(roles) && (
        <Button kind="primary" onClick={() => setIsPromoting(true)}>
          {t('move.do.promote')}
        </Button>
      )}
      {isPromoting && (
        <MoveDialog step="promote" version={move.version} name={name} onClose={() => setIsPromoting(false)} />
      )}
    </section>
  )
}

function Speed({ gate }: Pick<GateProps, 'gate'>) {
  const { t, duration, decimal } = useRisk()
  const most = Math.max(gate.champion_us, gate.challenger_us)
  const rows = [
    { name: t('model.champion'), us: gate.champion_us, look: 'bg-ink-3' },
    { name: t('model.challenger'), us: gate.challenger_us, look: 'bg-accent' },
  ]
  return (
    <dl className="grid gap-3">
      {rows.map(({ name, us, look }) => (
        <div key={name} className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5">
          <dt className="text-ink-3">{name}</dt>
          <dd className="font-medium text-ink tabular">{us < 100 ? `${decimal(us, 1)} µs` : duration(us)}</dd>
          <dd aria-hidden className="col-span-2 h-1.5 rounded-full bg-sunken">
            <span className={classes('block h-full rounded-full', look)} style={{ width: `${(100 * us) / most}%` }} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** All that the gate found: whether the version may decide, by how much it is better, for whom, and what it takes. */
export function GateFindings({ move, gate }: GateProps) {
  const { t } = useRisk()
  return (
    <>
      <Answer move={move} gate={gate} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Box title={t('model.measure.average_precision')}>
          <GainPlot gate={gate} />
        </Box>
        <Box title={t('gate.speed')}>
          <Speed gate={gate} />
        </Box>
      </div>
      <Box title={t('gate.groups')} flush>
        <p className="border-b border-line px-4 py-3 text-[12.5px] text-pretty text-ink-3 sm:px-5">
          {t('gate.groups.body')}
        </p>
        <GroupTable groups={gate.groups} failing={failingGroups(gate)} />
      </Box>
    </>
  )
}
