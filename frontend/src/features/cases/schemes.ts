/** How money seems to have been moved, in the words that cases carry; those that labels have too come first. */
export const SCHEMES = [
  'unusual',
  'structuring',
  'mule_fan_in',
  'mule_fan_out',
  'pass_through',
  'round_trip',
  'account_takeover',
] as const

export type Scheme = (typeof SCHEMES)[number]

const OF_SCENARIOS: Readonly<Record<string, Scheme>> = {
  'cash-structuring': 'structuring',
  'repeated-atm-deposits': 'structuring',
  'just-under-a-limit': 'structuring',
  'fan-in': 'mule_fan_in',
  'fan-out': 'mule_fan_out',
  'scatter-gather': 'mule_fan_out',
  'pass-through': 'pass_through',
  mirroring: 'pass_through',
  layering: 'pass_through',
  'round-trip': 'round_trip',
}

/** What the first of an alert's scenarios that says so looks like. Somebody may choose otherwise. */
export function likelyScheme(scenarios: readonly string[]): string {
  return scenarios.map((scenario) => OF_SCENARIOS[scenario]).find((scheme) => scheme !== undefined) ?? SCHEMES[0]
}
