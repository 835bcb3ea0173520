import type { Costs, PolicyDocument, Rule, Segment } from '@/features/risk/types'

/** The defaults of `risk/costs.py`: for retail payments in reais. */
const COSTS: Costs = {
  fraud_loss: 1,
  review_minor: 1_500,
  review_catches: 0.95,
  delay_minor: 200,
  denial_minor: 2_000,
  denial_loss: 0.02,
  step_up_minor: 50,
}
const CONTROL_GROUP_PPM = 5_000

export interface WholeDocument {
  review_from: number
  step_up_from: number | null
  deny_from: number
  control_group_ppm: number
  rules: Rule[]
  segments: Segment[]
  costs: Costs
}

/** A document with what the API leaves out, which is as by default. */
export function whole(document: PolicyDocument): WholeDocument {
  return {
    review_from: document.review_from,
    step_up_from: document.step_up_from ?? null,
    deny_from: document.deny_from,
    control_group_ppm: document.control_group_ppm ?? CONTROL_GROUP_PPM,
    rules: document.rules ?? [],
    segments: document.segments ?? [],
    costs: { ...COSTS, ...document.costs },
  }
}
