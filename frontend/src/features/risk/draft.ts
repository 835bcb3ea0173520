/** A policy while it is edited: texts as they stand in the fields, and the document that they mean. */
import { COST_FIELDS } from '@/features/risk/cost-fields'
import { whole } from '@/features/risk/document'
import { readAmount, typedAmount, type Typed } from '@/lib/amounts'
import { BANK_CURRENCY } from '@/lib/currency'
import { shareOf, shareText } from '@/lib/numbers'
import type { Costs, PolicyDocument, Rule, Segment, Thresholds } from '@/features/risk/types'
import type { Language } from '@/lib/format'

const PPM = 1_000_000
const MOST_CONTROL = 0.1
/** What a cost in money may be. */
export const COST = { currency: BANK_CURRENCY, most: 1_000_000_000_000 }
const MAX_SENTENCE = 200
const CODE = /^[a-z][a-z0-9_]{0,47}$/

export interface ThresholdTexts {
  review: string
  /** Empty where nobody is challenged by the model. */
  stepUp: string
  deny: string
}
/** `key` tells a part from the others for as long as it is edited, wherever it is moved. */
export type DraftRule = Rule & { key: number }
export interface DraftSegment extends ThresholdTexts {
  key: number
  code: string
  when: string
}
export interface Draft extends ThresholdTexts {
  controlGroup: string
  rules: DraftRule[]
  segments: DraftSegment[]
  costs: Record<keyof Costs, Typed>
}

let lastKey = 0
const nextKey = (): number => (lastKey += 1)

function thresholdTexts({ review_from, step_up_from, deny_from }: Thresholds, language: Language): ThresholdTexts {
  return {
    review: shareText(review_from, language),
    stepUp: step_up_from === null || step_up_from === undefined ? '' : shareText(step_up_from, language),
    deny: shareText(deny_from, language),
  }
}

export function draftOf(document: PolicyDocument, language: Language): Draft {
  const { rules, segments, costs, control_group_ppm, ...thresholds } = whole(document)
  const typed = {
    money: (minor: number) => typedAmount(minor, BANK_CURRENCY, language),
    share: (share: number) => ({ text: shareText(share, language), language }),
  }
  return {
    ...thresholdTexts(thresholds, language),
    controlGroup: shareText(control_group_ppm / PPM, language),
    rules: rules.map((rule) => ({ ...rule, key: nextKey() })),
    segments: segments.map((segment) => ({
      ...thresholdTexts(segment, language),
      code: segment.code,
      when: segment.when,
      key: nextKey(),
    })),
    costs: Object.fromEntries(COST_FIELDS.map(({ name, kind }) => [name, typed[kind](costs[name])])) as Draft['costs'],
  }
}

export const newRule = (): DraftRule => ({ key: nextKey(), code: '', when: '', action: 'review', sentence: '' })
export const newSegment = ({ review, stepUp, deny }: ThresholdTexts): DraftSegment => ({
  key: nextKey(),
  code: '',
  when: '',
  review,
  stepUp,
  deny,
})

/** A list with one part a place further up (-1) or down (+1); the same list where there is no such place. */
export function moved<T>(parts: readonly T[], index: number, step: -1 | 1): T[] {
  const [one, other] = [parts[index], parts[index + step]]
  if (one === undefined || other === undefined) return [...parts]
  return parts.map((part, at) => (at === index ? other : at === index + step ? one : part))
}

/** What a field says that the API could not even read. */
export type Problem = 'required' | 'share' | 'controlGroup' | 'money' | 'code' | 'sentence'
export type Problems = Record<string, Problem>

export interface Read {
  /** Always one that the API reads: what a field leaves open is neutral in it, so that the rest can be checked meanwhile. */
  document: PolicyDocument
  /** By the place in the document, such as `rules[0].code`. */
  problems: Problems
}

function ruleOf(draft: DraftRule): Rule {
  const rule: Partial<DraftRule> = { ...draft }
  delete rule.key
  return rule as Rule
}

/** The document that a draft means. */
export function read(draft: Draft): Read {
  const problems: Problems = {}
  const told = <T>(where: string, problem: Problem, value: T | null, neutral: T): T => {
    if (value === null) problems[where] = problem
    return value ?? neutral
  }
  const text = (where: string, value: string, neutral: string): string =>
    told(where, 'required', value.trim() === '' ? null : value, neutral)
  const code = (where: string, value: string, neutral: string): string =>
    told(where, value === '' ? 'required' : 'code', CODE.test(value) ? value : null, neutral)
  const thresholds = (where: string, texts: ThresholdTexts): Thresholds => ({
    review_from: told(`${where}review_from`, 'share', shareOf(texts.review), 0),
    deny_from: told(`${where}deny_from`, 'share', shareOf(texts.deny), 1),
    ...(texts.stepUp.trim() !== '' && {
      step_up_from: told<number | null>(`${where}step_up_from`, 'share', shareOf(texts.stepUp), null),
    }),
  })
  const rules = draft.rules.map((rule, index): Rule => {
    const where = `rules[${index}]`
    if (rule.sentence.length > MAX_SENTENCE) problems[`${where}.sentence`] = 'sentence'
    return {
      ...ruleOf(rule),
      code: code(`${where}.code`, rule.code, `unnamed_${index}`),
      when: text(`${where}.when`, rule.when, 'true'),
      sentence: text(`${where}.sentence`, rule.sentence, '-').slice(0, MAX_SENTENCE),
    }
  })
  const segments = draft.segments.map((segment, index): Segment => {
    const where = `segments[${index}]`
    return {
      code: code(`${where}.code`, segment.code, `unnamed_${index}`),
      when: text(`${where}.when`, segment.when, 'true'),
      ...thresholds(`${where}.`, segment),
    }
  })
  const costs = Object.fromEntries(
    COST_FIELDS.map(({ name, kind }) => {
      const value = kind === 'money' ? readAmount(draft.costs[name], COST).minor : shareOf(draft.costs[name].text)
      return [name, told(`costs.${name}`, kind, value, 0)]
    }),
  ) as unknown as Costs
  const control = told('control_group_ppm', 'controlGroup', shareOf(draft.controlGroup, MOST_CONTROL), 0)
  return {
    document: { ...thresholds('', draft), control_group_ppm: Math.round(control * PPM), rules, segments, costs },
    problems,
  }
}
