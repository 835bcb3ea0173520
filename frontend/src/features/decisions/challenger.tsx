import { Link } from 'react-router'
import { VerdictBadge } from '@/features/decisions/verdict'
import { versionOf } from '@/features/decisions/versions'
import type { DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** A model by its name, with the way to its version where it has one. */
export function ModelLink({ name }: { name: string }) {
  const version = versionOf(name)
  if (version === null) return <>{name}</>
  return (
    <Link to={`/risk/models/${version}`} className="rounded-[5px] hover:text-accent hover:underline">
      {name}
    </Link>
  )
}

/** What there would have been, had the model that is tried decided. */
export function ChallengerSays({ decision }: { decision: DecisionDetail }) {
  const { t, probability } = useI18n()
  const { challenger, challenger_probability: its, challenger_verdict: verdict } = decision
  if (!challenger || !verdict) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="font-medium">
        <ModelLink name={challenger} />
      </span>
      <VerdictBadge verdict={verdict} />
      {its !== null && its !== undefined && (
        <span className="text-ink-3 tabular">{t('decision.challenger.at', { probability: probability(its) })}</span>
      )}
      <span className="basis-full text-[12.5px] text-ink-3">
        {t(verdict === decision.verdict ? 'decision.challenger.agrees' : 'decision.challenger.differs')}
      </span>
    </div>
  )
}
