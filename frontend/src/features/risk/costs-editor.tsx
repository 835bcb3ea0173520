import { AmountInput } from '@/design/amount-input'
import { Box } from '@/design/box'
import { Field, INPUT } from '@/design/field'
import { COST_FIELDS } from '@/features/risk/cost-fields'
import { COST, type Draft, type Problems } from '@/features/risk/draft'
import { useRisk } from '@/features/risk/words'
import type { Typed } from '@/lib/amounts'

interface CostsEditorProps {
  costs: Draft['costs']
  problems: Problems
  change: (change: (draft: Draft) => Draft) => void
}

/** What decisions cost the bank: by these figures a trial says which version is cheaper. */
export function CostsEditor({ costs, problems, change }: CostsEditorProps) {
  const { t, language } = useRisk()
  const set = (name: keyof Draft['costs'], typed: Typed) =>
    change((draft) => ({ ...draft, costs: { ...draft.costs, [name]: typed } }))
  return (
    <Box title={t('risk.costs')}>
      <p className="mb-4 max-w-[64ch] text-pretty text-ink-3">{t('risk.costs.body')}</p>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {COST_FIELDS.map(({ name, kind }) => {
          const problem = problems[`costs.${name}`]
          const told = t(`risk.cost.${name}`)
          return kind === 'money' ? (
            <AmountInput
              {...COST}
              key={name}
              label={t('risk.inMoney', { name: told })}
              typed={costs[name]}
              onTyped={(typed) => set(name, typed)}
              isChecked={problem !== undefined}
            />
          ) : (
            <Field key={name} label={t('risk.percent', { name: told })} problem={problem && t(`risk.wrong.${problem}`)}>
              {(attributes) => (
                <input
                  {...attributes}
                  inputMode="decimal"
                  autoComplete="off"
                  value={costs[name].text}
                  onChange={(event) => set(name, { text: event.target.value, language })}
                  className={`${INPUT} h-9 tabular`}
                />
              )}
            </Field>
          )
        })}
      </div>
    </Box>
  )
}
