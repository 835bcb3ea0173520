import { useCompliance } from '@/features/compliance/words'
import { filledIn, shown, type WrittenIn } from '@/features/compliance/units'
import type { Parameter, Scenario } from '@/features/compliance/types'

/** Scenarios in the reader's language: the API's own words where there are no others. */
export function useScenarioWords() {
  const i18n = useCompliance()
  const { t, word } = i18n
  const value = (parameter: Pick<Parameter, 'unit'>, amount: number, inRule = false) =>
    shown(
      { unit: parameter.unit, value: amount },
      { formats: i18n, said: (unit: WrittenIn, count: number) => t(`unit.${unit}`, { count }), inRule },
    )
  return {
    ...i18n,
    value,
    title: ({ scenario, title }: Scenario) => word('scenario.title', scenario, title),
    meaning: ({ name, meaning }: Parameter) => word('parameter', name, meaning),
    /** The rule with these values, or with those in force. */
    rule: (scenario: Scenario, values?: Record<string, number>) =>
      filledIn(word('scenario.rule', scenario.scenario, scenario.template), (name) => {
        const parameter = scenario.parameters.find((one) => one.name === name)
        return parameter ? value(parameter, values?.[name] ?? parameter.value, true) : name
      }),
  }
}
