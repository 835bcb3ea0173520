import { Plus } from 'lucide-react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Check, Field, INPUT } from '@/design/field'
import { ActionBadge } from '@/features/risk/action-badge'
import type { Checked } from '@/features/risk/api'
import { moved, newRule, type Draft, type DraftRule, type Problems } from '@/features/risk/draft'
import { ExpressionField } from '@/features/risk/expression-field'
import { findingsOf } from '@/features/risk/marks'
import { PartCard } from '@/features/risk/part-card'
import { useRuleSentence } from '@/features/risk/rule-sentence'
import type { Finding, PolicyDocument, Rule } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { VERDICTS, type Verdict } from '@/lib/api-types'

const MAX_RULES = 256
const MAX_CODE = 48
const MAX_SENTENCE = 200

interface RuleFieldsProps {
  rule: DraftRule
  where: string
  problems: Problems
  findings: readonly Finding[]
  onChange: (change: Partial<Rule>) => void
}

function RuleFields({ rule, where, problems, findings, onChange }: RuleFieldsProps) {
  const { t } = useRisk()
  const wrong = (name: string) => {
    const problem = problems[`${where}.${name}`]
    return problem && t(`risk.wrong.${problem}`)
  }
  const others = findings.filter((finding) => !finding.where.endsWith('.when'))
  return (
    <>
      <ExpressionField
        label={t('risk.rule.when')}
        value={rule.when}
        onChange={(when) => onChange({ when })}
        findings={findings.filter((finding) => finding.where.endsWith('.when'))}
        problem={wrong('when')}
      />
      <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1.2fr)_minmax(0,1fr)]">
        <Field label={t('risk.rule.sentence')} problem={wrong('sentence')}>
          {(attributes) => (
            <input
              {...attributes}
              value={rule.sentence}
              maxLength={MAX_SENTENCE}
              onChange={(event) => onChange({ sentence: event.target.value })}
              className={`${INPUT} h-9`}
            />
          )}
        </Field>
        <Field label={t('risk.rule.code')} problem={wrong('code') ?? others[0]?.message}>
          {(attributes) => (
            <input
              {...attributes}
              value={rule.code}
              maxLength={MAX_CODE}
              spellCheck={false}
              autoCapitalize="off"
              onChange={(event) => onChange({ code: event.target.value })}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <Field label={t('risk.rule.action')}>
          {(attributes) => (
            <select
              {...attributes}
              value={rule.action}
              onChange={(event) => onChange({ action: event.target.value as Verdict })}
              className={`${INPUT} h-9`}
            >
              {VERDICTS.map((verdict) => (
                <option key={verdict} value={verdict}>
                  {t(`risk.action.${verdict}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <div className="flex flex-wrap gap-x-6">
        <Check
          label={t('risk.rule.mandatory')}
          hint={t('risk.rule.mandatory.hint')}
          checked={rule.mandatory ?? false}
          onChange={(mandatory) => onChange({ mandatory })}
        />
        <Check
          label={t('risk.rule.shadow')}
          hint={t('risk.rule.shadow.hint')}
          checked={rule.shadow ?? false}
          onChange={(shadow) => onChange({ shadow })}
        />
      </div>
    </>
  )
}

interface RulesEditorProps {
  rules: readonly DraftRule[]
  /** What the draft means, as the API is asked about it. */
  document: PolicyDocument
  problems: Problems
  checked: Checked | undefined
  change: (change: (draft: Draft) => Draft) => void
}

export function RulesEditor({ rules, document, problems, checked, change }: RulesEditorProps) {
  const { t } = useRisk()
  const sentenceOf = useRuleSentence()
  const setRules = (next: (before: DraftRule[]) => DraftRule[]) =>
    change((draft) => ({ ...draft, rules: next(draft.rules) }))
  return (
    <Box
      title={t('risk.rules')}
      flush
      aside={
        <Button disabled={rules.length >= MAX_RULES} onClick={() => setRules((before) => [newRule(), ...before])}>
          <Plus size={14} aria-hidden />
          {t('risk.rule.add')}
        </Button>
      }
    >
      {rules.length === 0 && <p className="p-4 text-ink-3 sm:p-5">{t('risk.rules.none')}</p>}
      <ol aria-label={t('risk.rules')}>
        {rules.map((rule, index) => {
          const where = `rules[${index}]`
          const findings = findingsOf(checked, 'rules', document.rules?.[index])
          const isWrong = findings.length > 0 || Object.keys(problems).some((name) => name.startsWith(`${where}.`))
          return (
            <PartCard
              key={rule.key}
              name={rule.code || t('risk.rule.new')}
              isWrong={isWrong}
              startsOpen={rule.code === ''}
              isFirst={index === 0}
              isLast={index === rules.length - 1}
              onMove={(step) => setRules((before) => moved(before, index, step))}
              onRemove={() => setRules((before) => before.filter(({ key }) => key !== rule.key))}
              summary={
                <>
                  <span className="flex flex-wrap items-center gap-2">
                    <ActionBadge action={rule.action} />
                    <span className="font-medium text-ink">{sentenceOf(rule) || t('risk.rule.new')}</span>
                    {rule.shadow && <span className="text-[12px] text-ink-3">{t('risk.rule.shadow')}</span>}
                    {rule.mandatory && <span className="text-[12px] text-ink-3">{t('risk.rule.mandatory')}</span>}
                  </span>
                  <span className="mt-0.5 block truncate font-mono text-[12px] text-ink-3">{rule.when}</span>
                </>
              }
            >
              <RuleFields
                rule={rule}
                where={where}
                problems={problems}
                findings={findings}
                onChange={(part) =>
                  setRules((before) => before.map((one) => (one.key === rule.key ? { ...one, ...part } : one)))
                }
              />
            </PartCard>
          )
        })}
      </ol>
    </Box>
  )
}
