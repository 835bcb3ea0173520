import { EyeOff, Lock } from 'lucide-react'
import { Box } from '@/design/box'
import { ActionBadge } from '@/features/risk/action-badge'
import { COST_FIELDS } from '@/features/risk/cost-fields'
import { whole, type WholeDocument } from '@/features/risk/document'
import { Expression } from '@/features/risk/expression'
import { useRuleSentence } from '@/features/risk/rule-sentence'
import { digitsOf, ThresholdFigures } from '@/features/risk/thresholds'
import type { PolicyDocument, Rule, Segment } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { VERDICTS } from '@/lib/api-types'
import { BANK_CURRENCY } from '@/lib/currency'

const PPM = 1_000_000
const MARK = 'inline-flex h-6 items-center gap-1 rounded-full bg-sunken px-2 text-[12px] font-medium text-ink-2'

function RuleMarks({ rule }: { rule: Rule }) {
  const { t } = useRisk()
  return (
    <>
      {rule.mandatory && (
        <span className={MARK} title={t('risk.rule.mandatory.hint')}>
          <Lock size={12} aria-hidden />
          {t('risk.rule.mandatory')}
        </span>
      )}
      {rule.shadow && (
        <span className={MARK} title={t('risk.rule.shadow.hint')}>
          <EyeOff size={12} aria-hidden />
          {t('risk.rule.shadow')}
        </span>
      )}
    </>
  )
}

function RuleItem({ rule }: { rule: Rule }) {
  const sentenceOf = useRuleSentence()
  return (
    <li className="border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5">
      <div className="flex flex-wrap items-center gap-2">
        <ActionBadge action={rule.action} />
        <span className="font-medium text-ink">{sentenceOf(rule)}</span>
        <RuleMarks rule={rule} />
      </div>
      <p className="mt-0.5 font-mono text-[12px] text-ink-3">{rule.code}</p>
      <Expression text={rule.when} />
    </li>
  )
}

function SegmentItem({ segment }: { segment: Segment }) {
  return (
    <li className="border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <span className="font-mono text-[12.5px] text-ink">{segment.code}</span>
        <ThresholdFigures thresholds={segment} />
      </div>
      <Expression text={segment.when} />
    </li>
  )
}

function CostFacts({ costs }: Pick<WholeDocument, 'costs'>) {
  const { t, money, percent } = useRisk()
  return (
    <dl className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
      {COST_FIELDS.map(({ name, kind }) => (
        <div key={name} className="flex items-baseline justify-between gap-4">
          <dt className="text-ink-3">{t(`risk.cost.${name}`)}</dt>
          <dd className="whitespace-nowrap text-ink tabular">
            {kind === 'money' ? money(costs[name], BANK_CURRENCY) : percent(costs[name], digitsOf(costs[name]))}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** How many rules do what, before they are read one by one. */
function RuleMix({ rules }: { rules: readonly Rule[] }) {
  const { t } = useRisk()
  return (
    <p className="text-[12px] text-ink-3 tabular">
      {VERDICTS.map((verdict) => ({ verdict, count: rules.filter(({ action }) => action === verdict).length }))
        .filter(({ count }) => count > 0)
        .map(({ verdict, count }) => `${count} × ${t(`risk.action.${verdict}`)}`)
        .join(' · ')}
    </p>
  )
}

/** All that a version decides by. */
export function PolicyDocumentView({ document }: { document: PolicyDocument }) {
  const { t, percent } = useRisk()
  const shown = whole(document)
  const control = shown.control_group_ppm / PPM
  return (
    <>
      <Box title={t('risk.thresholds')}>
        <ThresholdFigures thresholds={shown} />
        <p className="mt-4 max-w-[64ch] text-pretty text-ink-3">
          {t('risk.controlGroup.said', { share: percent(control, digitsOf(control)) })}
        </p>
      </Box>
      <Box title={t('risk.rules')} aside={<RuleMix rules={shown.rules} />} flush>
        {shown.rules.length === 0 ? (
          <p className="p-4 text-ink-3 sm:p-5">{t('risk.rules.none')}</p>
        ) : (
          <ol aria-label={t('risk.rules')}>
            {shown.rules.map((rule, index) => (
              <RuleItem key={`${rule.code} ${index}`} rule={rule} />
            ))}
          </ol>
        )}
      </Box>
      {shown.segments.length > 0 && (
        <Box title={t('risk.segments')} flush>
          <ol aria-label={t('risk.segments')}>
            {shown.segments.map((segment) => (
              <SegmentItem key={segment.code} segment={segment} />
            ))}
          </ol>
        </Box>
      )}
      <Box title={t('risk.costs')}>
        <CostFacts costs={shown.costs} />
      </Box>
    </>
  )
}
