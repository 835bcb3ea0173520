import { Box } from '@/design/box'
import { Field, INPUT } from '@/design/field'
import { COST_FIELDS } from '@/features/risk/cost-fields'
import type { Draft, Problems } from '@/features/risk/draft'
import { useRisk } from '@/features/risk/words'

interface CostsEditorProps {
  costs: Draft['costs']
  problems: Problems
  change: (change: (draft: Draft) => Draft) => void
}

/** What decisions cost the bank: by these figures a trial says which version is cheaper. */
export function CostsEditor({ costs, problems, change }: CostsEditorProps) {
  const { t } = useRisk()
  return (
    <Box title={t('risk.costs')}>
      <p className="mb-4 max-w-[64ch] text-pretty text-ink-3">{t('risk.costs.body')}</p>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {COST_FIELDS.map(({ name, kind }) => {
          const problem = problems[`costs.${name}`]
          return (
            <Field
              key={name}
              label={t(kind === 'money' ? 'risk.inMoney' : 'risk.percent', { name: t(`risk.cost.${name}`) })}
              problem={problem && t(`risk.wrong.${problem}`)}
            >
              {(attributes) => (
                <input
                  {...attributes}
                  inputMode="decimal"
                  autoComplete="off"
                  value={costs[name]}
                  onChange={(event) =>
                    change((draft) => ({ ...draft, costs: { ...draft.costs, [name]: event.target.value } }))
                  }
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
