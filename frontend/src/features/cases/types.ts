/** The shapes of /v1/cases and /v1/reports. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Case = Schemas['Case']
export type CaseAlert = Schemas['CaseAlert']
export type CaseDetail = Schemas['CaseDetail']
export type CaseEvidence = Schemas['CaseEvidence']
export type CaseNote = Schemas['CaseNote']
export type Freeze = Schemas['Freeze']
export type OpenedCase = Schemas['OpenedCase']
export type ProposedDecision = Schemas['ProposedDecision']
export type Report = Schemas['Report']
export type Severity = Case['severity']
export type TrailRow = Schemas['TrailRow']
export type Urgency = NonNullable<Case['urgency']>

export type CaseOrder = 'due' | 'severity' | 'newest'
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low']
