import { EyeOff } from 'lucide-react'
import { usePolicyRules } from '@/features/risk/policy-rules'
import type { DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** The rules that a transaction hit, as the policy that decided it words them; those that are only tried say so. */
export function RulesHit({ decision }: { decision: DecisionDetail }) {
  const { t } = useI18n()
  const sentenceOf = usePolicyRules(decision.policy)
  const rules = [
    ...decision.rules.map((code) => ({ code, isShadow: false })),
    ...decision.shadow_rules.map((code) => ({ code, isShadow: true })),
  ]
  return (
    <ul className="grid gap-2.5">
      {rules.map(({ code, isShadow }) => (
        <li key={`${code} ${isShadow}`}>
          <span className="flex flex-wrap items-center gap-x-2 text-ink">
            {sentenceOf(code)}
            {isShadow && (
              <span className="inline-flex items-center gap-1 text-[12px] text-ink-3" title={t('decision.shadow.hint')}>
                <EyeOff size={12} aria-hidden />
                {t('decision.shadow')}
              </span>
            )}
          </span>
          <span className="block font-mono text-[12px] text-ink-3">{code}</span>
        </li>
      ))}
    </ul>
  )
}
