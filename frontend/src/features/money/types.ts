/** The shapes of /v1/insights and /v1/budgets. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Budget = Schemas['BudgetProgress']
export type BudgetsOfMonth = Schemas['BudgetsOfMonth']
export type CalendarDay = Schemas['CalendarDay']
export type CashCalendar = Schemas['CashCalendar']
export type FinancialHealth = Schemas['FinancialHealth']
export type Health = Schemas['Health']
export type HealthPart = Schemas['HealthPart']
export type RecurringPayment = Schemas['RecurringPayment']
export type RecurringPayments = Schemas['RecurringPayments']
export type Unusual = Schemas['Unusual']
export type UnusualSpending = Schemas['UnusualSpending']

/** Whose money is looked at: nobody named is whoever asks. */
export interface Whose {
  customerId: string | null
  currency: string
}
