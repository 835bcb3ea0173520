import { useState, type FormEvent } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { TextField } from '@/design/text-field'
import { usePropose } from '@/features/compliance/api'
import { ParameterField } from '@/features/compliance/parameter-field'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import type { Parameter, Scenario, VersionDetail } from '@/features/compliance/types'
import { read, written } from '@/features/compliance/units'
import { ProblemNote } from '@/features/risk/problem-note'
import type { Typed } from '@/lib/amounts'
import { dayIn } from '@/lib/days'

const DAYS = ['30', '60', '90', '180'] as const
const SEGMENTS = ['', 'person', 'business'] as const
const MAX_WHY = 500
const ZONE = 'America/Sao_Paulo'

interface ChangeFormProps {
  scenario: Scenario
  onClose: () => void
  onProposed: (version: VersionDetail) => void
}

/** Other values, from a day on: nothing is sent before all of them may be. */
export function ChangeForm({ scenario, onClose, onProposed }: ChangeFormProps) {
  const { t, value, rule, language } = useScenarioWords()
  const { parameters } = scenario
  const [today] = useState(() => dayIn(ZONE, Date.now()))
  const propose = usePropose(scenario.scenario)
  const [texts, setTexts] = useState<Record<string, Typed>>(() =>
    Object.fromEntries(parameters.map((one) => [one.name, written(one, language)])),
  )
  const [from, setFrom] = useState(today)
  const [days, setDays] = useState<string>('60')
  const [segment, setSegment] = useState<(typeof SEGMENTS)[number]>('')
  const [why, setWhy] = useState('')
  const [isAsked, setIsAsked] = useState(false)
  const typedOf = (one: Parameter) => texts[one.name] ?? written(one, language)
  const amountOf = (one: Parameter) => read(typedOf(one), one)
  const problemOf = (one: Parameter): string | undefined => {
    const amount = amountOf(one)
    if (amount === null) return t('scenario.number')
    if (amount >= one.least && amount <= one.most) return undefined
    const bounds = t('scenario.bounds', { least: value(one, one.least), most: value(one, one.most) })
    return t('scenario.outside', { bounds })
  }
  const changed = Object.fromEntries(
    parameters.flatMap((one) => {
      const amount = amountOf(one)
      return amount === null || amount === one.value ? [] : [[one.name, amount]]
    }),
  )
  const isUnchanged = Object.keys(changed).length === 0
  const isWrong = parameters.some((one) => problemOf(one) !== undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsAsked(true)
    if (isWrong || isUnchanged || !why.trim()) return
    propose.mutate(
      { valid_from: from, values: changed, why: why.trim(), days: Number(days), ...(segment && { segment }) },
      { onSuccess: onProposed },
    )
  }
  return (
    <Box title={t('scenario.change')}>
      <form onSubmit={submit} noValidate className="grid gap-5">
        <p className="max-w-[76ch] text-pretty text-ink-2">{t('scenario.change.lead')}</p>
        <div className="grid gap-4 sm:grid-cols-2">
          {parameters.map((one) => (
            <ParameterField
              key={one.name}
              parameter={one}
              typed={typedOf(one)}
              problem={problemOf(one)}
              onChange={(typed) => setTexts({ ...texts, [one.name]: typed })}
            />
          ))}
        </div>
        {!isWrong && (
          <p className="rounded-control bg-sunken px-3 py-2.5 text-pretty text-ink tabular">
            {rule(scenario, changed)}
          </p>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t('scenario.from')} hint={t('scenario.from.hint')}>
            {(attributes) => (
              <input
                {...attributes}
                type="date"
                required
                min={today}
                value={from}
                onChange={(event) => setFrom(event.target.value)}
                className={`${INPUT} h-9`}
              />
            )}
          </Field>
          <Field label={t('scenario.days')}>
            {(attributes) => (
              <select
                {...attributes}
                value={days}
                onChange={(event) => setDays(event.target.value)}
                className={`${INPUT} h-9`}
              >
                {DAYS.map((count) => (
                  <option key={count} value={count}>
                    {t('scenario.days.count', { count })}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Field label={t('scenario.segment')}>
          {(attributes) => (
            <select
              {...attributes}
              value={segment}
              onChange={(event) => setSegment(SEGMENTS.find((one) => one === event.target.value) ?? '')}
              className={`${INPUT} h-9`}
            >
              {SEGMENTS.map((one) => (
                <option key={one} value={one}>
                  {t(`scenario.segment.${one || 'all'}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField
          label={t('compliance.why')}
          problem={isAsked && !why.trim() ? t('compliance.why.missing') : undefined}
          maxLength={MAX_WHY}
          value={why}
          onValue={setWhy}
        />
        {isAsked && isUnchanged && !isWrong && (
          <p role="alert" className="text-bad">
            {t('scenario.unchanged')}
          </p>
        )}
        <ProblemNote error={propose.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t('compliance.cancel')}</Button>
          <Button kind="primary" type="submit" busy={propose.isPending}>
            {t('scenario.propose')}
          </Button>
        </div>
      </form>
    </Box>
  )
}
