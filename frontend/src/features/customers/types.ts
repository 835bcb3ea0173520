/** The shapes of /v1/customers/{customer_id}/income and /devices. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type { Customer } from '@/features/accounts/types'
export type DeclaredIncome = Schemas['DeclaredIncome']
export type Device = Schemas['Device']
export type Devices = Schemas['Devices']
export type Incomes = Schemas['Incomes']
export type IncomeSource = Schemas['IncomeSource']
export type NewIncome = Schemas['NewIncome']

/** The words that the API takes, those that prove most first. */
export const INCOME_SOURCES: readonly IncomeSource[] = [
  'payslip',
  'tax-return',
  'bank-statement',
  'company-books',
  'statement',
]
