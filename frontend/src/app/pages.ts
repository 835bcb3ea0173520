import { lazy } from 'react'

const loadShell = () => import('@/app/shell')
const loadLogin = () => import('@/features/session/login-page')
const loadLive = () => import('@/features/live/live-page')
const loadChart = () => import('@/design/line-chart')
const loadDecisions = () => import('@/features/decisions/decisions-page')
const loadDecision = () => import('@/features/decisions/decision-page')
const loadAlerts = () => import('@/features/alerts/alerts-page')
const loadRisk = () => import('@/features/risk/risk-pages')
const loadAccounts = () => import('@/features/accounts/account-pages')
const loadCustomers = () => import('@/features/customers/customer-pages')
const loadProfile = () => import('@/features/customers/profile-page')
const loadMoney = () => import('@/features/money/money-pages')
const loadCompliance = () => import('@/features/compliance/compliance-pages')
const loadChain = () => import('@/features/chain/chain-pages')

export const Shell = lazy(loadShell)
export const LoginPage = lazy(loadLogin)
export const LivePage = lazy(loadLive)
export const DecisionsPage = lazy(loadDecisions)
export const DecisionPage = lazy(loadDecision)
export const AlertsPage = lazy(loadAlerts)
export const RiskPages = lazy(loadRisk)
export const AccountPages = lazy(loadAccounts)
export const CustomerPages = lazy(loadCustomers)
export const ProfilePage = lazy(loadProfile)
export const MoneyPages = lazy(loadMoney)
export const CompliancePages = lazy(loadCompliance)
export const ChainPages = lazy(loadChain)

const CODE: Record<string, readonly (() => Promise<unknown>)[]> = {
  '/login': [loadLogin],
  '/decisions': [loadShell, loadDecisions],
  '/alerts': [loadShell, loadAlerts],
  '/risk': [loadShell, loadRisk],
  '/compliance': [loadShell, loadCompliance],
  '/accounts': [loadShell, loadAccounts],
  '/customers': [loadShell, loadCustomers],
  '/profile': [loadShell, loadProfile],
  '/money': [loadShell, loadMoney],
  '/chain': [loadShell, loadChain],
}

/** Asks for the code of the address at once, beside the session, instead of one after another as each turns out to be needed. */
export function preloadPage(pathname: string): void {
  for (const load of CODE[pathname.split('/', 2).join('/')] ?? [loadShell, loadLive, loadChart]) void load()
}
