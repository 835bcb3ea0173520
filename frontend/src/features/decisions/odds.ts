/** What a part of the model's log odds means to somebody who reads it: exp(0.69) doubles the odds. */
export type OddsChange = 'double' | 'triple' | 'times' | 'more' | 'less'

export interface Odds {
  change: OddsChange
  /** By what the odds were multiplied. */
  factor: number
}

const ABOUT = 0.05
const WORTH_TIMES = 1.5

const isAbout = (factor: number, whole: number) => Math.abs(factor / whole - 1) <= ABOUT

export function oddsOf(contribution: number): Odds {
  const factor = Math.exp(contribution)
  if (isAbout(factor, 2)) return { change: 'double', factor }
  if (isAbout(factor, 3)) return { change: 'triple', factor }
  if (factor >= WORTH_TIMES) return { change: 'times', factor }
  return { change: factor >= 1 ? 'more' : 'less', factor }
}
