import { Flag } from 'lucide-react'
import { Meter, toneOf } from '@/design/meter'
import type { Decision, DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

function Reasons({ decision }: { decision: Decision }) {
  const { t, word } = useI18n()
  const { reasons } = decision
  if (reasons.length === 0)
    return <p className="text-pretty text-ink-2">{decision.verdict === 'allow' ? t('decision.allowed') : '–'}</p>
  return (
    <ol className="grid gap-2">
      {reasons.map((reason, index) => (
        <li key={reason} className="flex gap-2.5 text-ink">
          <span
            aria-hidden
            className="grid size-5 shrink-0 place-items-center rounded-full bg-sunken text-[11px] font-medium text-ink-2 tabular"
          >
            {index + 1}
          </span>
          {word('reason', reason)}
        </li>
      ))}
    </ol>
  )
}

function Scores({ decision }: { decision: Decision }) {
  const { t, probability } = useI18n()
  const scores = [
    { name: t('decision.score'), value: decision.probability },
    { name: t('decision.anomaly'), value: decision.anomaly },
  ].flatMap(({ name, value }) => (value === null || value === undefined ? [] : [{ name, value }]))
  if (scores.length === 0) return null
  return (
    <dl className="mt-4 grid gap-3">
      {scores.map(({ name, value }) => (
        <div key={name} className="grid grid-cols-[8.5rem_minmax(0,1fr)_3.5rem] items-center gap-x-4">
          <dt className="text-ink-3">{name}</dt>
          <dd className="col-start-3 row-start-1 text-right font-medium tabular">{probability(value)}</dd>
          <dd className="col-start-2 row-start-1">
            <Meter ratio={value} tone={toneOf(value)} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Flags({ decision }: { decision: DecisionDetail }) {
  const { t } = useI18n()
  const { truncated, late, control_group } = decision
  const flags = [
    truncated && t('decision.flag.truncated'),
    late && t('decision.flag.late'),
    control_group && t('decision.flag.control_group'),
    decision.adopted && t('decision.flag.adopted'),
  ].filter((flag): flag is string => Boolean(flag))
  if (flags.length === 0) return null
  return (
    <ul className="mt-4 grid gap-1.5 text-[12.5px] text-ink-2">
      {flags.map((flag) => (
        <li key={flag} className="flex items-center gap-2">
          <Flag size={13} className="shrink-0 text-caution" aria-hidden />
          {flag}
        </li>
      ))}
    </ul>
  )
}

/** The reasons in their order, how sure the model was, and what is odd about the decision itself. */
export function Why({ decision }: { decision: DecisionDetail }) {
  return (
    <>
      <Reasons decision={decision} />
      <Scores decision={decision} />
      <Flags decision={decision} />
    </>
  )
}
