import { useQuery } from '@tanstack/react-query'
import { useId, useState, type FormEvent, type InputHTMLAttributes } from 'react'
import { AmountInput } from '@/design/amount-input'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import {
  readTexts,
  textsOf,
  WANTED,
  type FilterTexts,
  type ReadFilters,
  type TextName,
} from '@/features/decisions/filter-draft'
import type { Filters } from '@/features/decisions/filters'
import { activeQuery, vocabularyQuery } from '@/features/risk/api'
import { CHANNELS } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

interface Choice {
  code: string
  label: string
}

/** Every reason and rule that has a name here; anything else may still be typed. */
function useChoices(): { reasons: Choice[]; rules: Choice[] } {
  const { word, codesOf } = useI18n()
  const { data: vocabulary } = useQuery(vocabularyQuery)
  const { data: active } = useQuery(activeQuery)
  const rules = active?.policy?.document.rules ?? vocabulary?.built_in ?? []
  return {
    reasons: codesOf('reason').map((code) => ({ code, label: word('reason', code) })),
    rules: rules.map(({ code, sentence }) => ({ code, label: word('reason', code, sentence) })),
  }
}

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  name: TextName
  texts: FilterTexts
  problems: ReadFilters['problems']
  choices?: readonly Choice[]
  /** Too long for half of a phone. */
  long?: boolean
  onText: (name: TextName, text: string) => void
}

function TextField({ name, texts, problems, choices, long = false, onText, ...rest }: TextFieldProps) {
  const { t } = useI18n()
  const listId = useId()
  const problem = problems[name]
  return (
    <Field
      label={t(`filter.${name}`)}
      problem={problem && t(`filter.wrong.${problem}`)}
      className={long ? 'max-sm:col-span-2' : ''}
    >
      {(attributes) => (
        <>
          <input
            {...attributes}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            list={choices && listId}
            value={texts[name]}
            onChange={(event) => onText(name, event.target.value)}
            className={`${INPUT} h-9`}
            {...rest}
          />
          {choices && (
            <datalist id={listId}>
              {choices.map(({ code, label }) => (
                <option key={code} value={code}>
                  {label}
                </option>
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  )
}

interface FilterFormProps {
  filters: Filters
  onChange: (filters: Filters) => void
  onClose: () => void
}

/** All that decisions may be looked up by. Enter applies it; what is empty is not asked for. */
export function FilterForm({ filters, onChange, onClose }: FilterFormProps) {
  const { t, language } = useI18n()
  const [texts, setTexts] = useState(() => textsOf(filters, language))
  const [problems, setProblems] = useState<ReadFilters['problems']>({})
  const { reasons, rules } = useChoices()
  const onText = (name: TextName, text: string) => setTexts((before) => ({ ...before, [name]: text }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readTexts(texts, filters.verdict)
    setProblems(read.problems)
    if (Object.keys(read.problems).length === 0) onChange(read.filters)
  }
  const shared = { texts, problems, onText }
  return (
    <form
      role="search"
      aria-label={t('filter.title')}
      onSubmit={submit}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="panel grid animate-fade grid-cols-2 gap-3 p-4 sm:p-5 lg:grid-cols-5"
    >
      <TextField name="customer_id" {...shared} autoFocus placeholder="c000042" />
      <TextField name="payee_id" {...shared} />
      <TextField name="reason" {...shared} choices={reasons} />
      <TextField name="rule" {...shared} choices={rules} />
      <Field label={t('filter.channel')}>
        {(attributes) => (
          <select
            {...attributes}
            value={texts.channel}
            onChange={(event) => onText('channel', event.target.value)}
            className={`${INPUT} h-9`}
          >
            <option value="">{t('filter.anyChannel')}</option>
            {CHANNELS.map((channel) => (
              <option key={channel} value={channel}>
                {t(`channel.${channel}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <AmountInput
        {...WANTED}
        label={t('filter.at_least_minor')}
        typed={texts.at_least_minor}
        onTyped={(at_least_minor) => setTexts((before) => ({ ...before, at_least_minor }))}
        isOptional
        isChecked={problems.at_least_minor !== undefined}
      />
      <TextField name="model" {...shared} long placeholder="fraud-3" />
      <TextField name="from_time" {...shared} long type="datetime-local" />
      <TextField name="until_time" {...shared} long type="datetime-local" />
      <div className="col-span-2 flex flex-wrap gap-2 lg:col-span-1 lg:pt-[1.4rem]">
        <Button kind="primary" type="submit">
          {t('filter.apply')}
        </Button>
        <Button kind="quiet" onClick={onClose}>
          {t('common.close')}
        </Button>
      </div>
    </form>
  )
}
