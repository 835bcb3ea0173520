/** The shapes of /v1/accounts, /v1/goals and /v1/customers. */
import type { components } from '@/lib/openapi'

type Schemas = components['schemas']

export type Account = Schemas['Account']
export type AccountStatus = Schemas['AccountStatus']
export type Balance = Schemas['serving__accounts__schemas__Balance']
export type Category = Schemas['Category']
export type Customer = Schemas['Customer']
export type Goal = Schemas['Goal']
export type Holder = Schemas['Holder']
export type AccountLimits = Schemas['AccountLimits']
export type Limit = Schemas['LimitShown']
export type Movement = Schemas['Transaction']
export type MovementPage = Schemas['TransactionPage']
export type Spending = Schemas['Spending']
export type NoticeRule = Schemas['NoticeRule']
export type WithdrawalNotice = Schemas['WithdrawalNotice']
export type WithdrawalNotices = Schemas['WithdrawalNotices']
export type SpendingRow = Schemas['SpendingRow']

/** The words that contracts/categories.py has, in its order. */
export const CATEGORIES: readonly Category[] = [
  'groceries',
  'restaurants',
  'transport',
  'fuel',
  'travel',
  'health',
  'education',
  'shopping',
  'leisure',
  'home',
  'utilities',
  'services',
  'insurance',
  'bills',
  'cash',
  'people',
  'own_accounts',
  'transfers',
  'salary',
  'fees',
  'interest',
  'refunds',
  'exchange',
  'savings',
  'adjustments',
  'opening',
  'other',
]
