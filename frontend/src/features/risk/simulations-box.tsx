import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Link, useNavigate } from 'react-router'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { simulationsQuery, useSimulate } from '@/features/risk/api'
import { SimulationChip } from '@/features/risk/policy-status'
import { ProblemNote } from '@/features/risk/problem-note'
import { noonOf, saved } from '@/features/risk/report'
import type { Simulation } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 28
const AGE_STEP_MS = 10_000
const MODELS = ['current', 'challenger'] as const
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

function Start({ version }: { version: number }) {
  const { t } = useRisk()
  const navigate = useNavigate()
  const simulate = useSimulate()
  // Days are UTC's, as the API counts them.
  const [toDay, setToDay] = useState(() => dayOf(Date.now()))
  const [fromDay, setFromDay] = useState(() => dayOf(Date.now() - (DEFAULT_DAYS - 1) * DAY_MS))
  const [model, setModel] = useState<string>(MODELS[0])
  const start = (event: FormEvent) => {
    event.preventDefault()
    const asked = { policy_version: version, from_day: fromDay, to_day: toDay, model }
    simulate.mutate(asked, {
      onSuccess: ({ simulation_id }) => void navigate(`/risk/simulations/${simulation_id}`),
    })
  }
  return (
    <form onSubmit={start} className="grid gap-3 border-b border-line p-4 sm:p-5">
      <div className="grid grid-cols-2 gap-3">
        <Field label={t('risk.simulation.from')}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              required
              max={toDay}
              value={fromDay}
              onChange={(event) => setFromDay(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <Field label={t('risk.simulation.to')}>
          {(attributes) => (
            <input
              {...attributes}
              type="date"
              required
              min={fromDay}
              value={toDay}
              onChange={(event) => setToDay(event.target.value)}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
      </div>
      <Field label={t('risk.simulation.model')}>
        {(attributes) => (
          <select
            {...attributes}
            value={model}
            onChange={(event) => setModel(event.target.value)}
            className={`${INPUT} h-9`}
          >
            {MODELS.map((name) => (
              <option key={name} value={name}>
                {t(`risk.model.${name}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <ProblemNote error={simulate.error} />
      <Button type="submit" busy={simulate.isPending} className="justify-self-start">
        {t('risk.simulation.start')}
      </Button>
    </form>
  )
}

function SimulationRow({ simulation, nowMs }: { simulation: Simulation; nowMs: number }) {
  const { t, ago, day, money, percent } = useRisk()
  const { status, result, done_records, all_records } = simulation
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/risk/simulations/${simulation.simulation_id}`}
        className="grid gap-1 px-4 py-3 outline-offset-[-2px] hover:bg-hover sm:px-5"
      >
        <span className="flex items-center justify-between gap-3">
          <span className="font-medium text-ink tabular">
            {t('risk.simulation.days', { from: day(noonOf(simulation.from_day)), to: day(noonOf(simulation.to_day)) })}
          </span>
          <SimulationChip status={status} />
        </span>
        <span className="flex justify-between gap-3 text-[12px] text-ink-3 tabular">
          <span>
            {status === 'done' && result?.proposed
              ? t(saved(result) >= 0 ? 'risk.saved.by' : 'risk.lost.by', {
                  amount: money(Math.abs(saved(result)), BANK_CURRENCY),
                })
              : status === 'running' && all_records
                ? percent(done_records / all_records, 0)
                : t('risk.simulation.asked')}
          </span>
          <span>{ago(nowMs - toMs(simulation.asked_at))}</span>
        </span>
      </Link>
    </li>
  )
}

/** A version's trials on history, and the start of another. */
export function SimulationsBox({ version, mayStart }: { version: number; mayStart: boolean }) {
  const { t } = useRisk()
  const nowMs = useNow(AGE_STEP_MS)
  const simulations = useQuery(simulationsQuery(version))
  const items = simulations.data?.items ?? []
  return (
    <Box title={t('risk.simulations')} flush>
      {mayStart && <Start version={version} />}
      {simulations.isPending ? (
        <RowsSkeleton rows={1} />
      ) : isLost(simulations) ? (
        <ErrorState error={simulations.error} onRetry={() => void simulations.refetch()} />
      ) : items.length === 0 ? (
        <p className="p-4 text-pretty text-ink-3 sm:px-5">{t('risk.simulations.none')}</p>
      ) : (
        <>
          <StaleNotice of={simulations} />
          <ul aria-label={t('risk.simulations')}>
            {items.map((simulation) => (
              <SimulationRow key={simulation.simulation_id} simulation={simulation} nowMs={nowMs} />
            ))}
          </ul>
        </>
      )}
    </Box>
  )
}
