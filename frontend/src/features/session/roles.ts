/** Which workplaces a role opens; the API decides for itself, this only keeps doors that would not open out of sight. */
const WATCHERS = new Set(['risk', 'compliance', 'analyst', 'admin'])
const BANK_READERS = new Set(['customer', 'partner', 'operator', 'risk', 'compliance', 'admin'])
const MONEY_MOVERS = new Set(['customer', 'partner', 'operator', 'admin'])
const RISK_WRITERS = new Set(['risk', 'admin'])
const COMPLIANCE_WRITERS = new Set(['compliance', 'admin'])
const CASE_WORKERS = new Set(['risk', 'compliance', 'admin'])

export function canWatch(roles: readonly string[]): boolean {
  return roles.some((role) => WATCHERS.has(role))
}

/** The ledger's chain, and the accounts that are one's own or one's tenant's. */
export function canReadBank(roles: readonly string[]): boolean {
  return roles.some((role) => BANK_READERS.has(role))
}

/** What a movement is called, among what only its customer and those who serve them change. */
export function canKeepAccounts(roles: readonly string[]): boolean {
  return roles.some((role) => MONEY_MOVERS.has(role))
}

/** Policies, their trials on history, and which lists there are. */
export function canChangePolicies(roles: readonly string[]): boolean {
  return roles.some((role) => RISK_WRITERS.has(role))
}

/** What is on a list. */
export function canKeepLists(roles: readonly string[]): boolean {
  return roles.some((role) => CASE_WORKERS.has(role))
}

/** Reports to the authority, and money that is frozen, blocked or disputed. */
export function isOfficer(roles: readonly string[]): boolean {
  return roles.some((role) => COMPLIANCE_WRITERS.has(role))
}

/** Values of scenarios, and the bank's own watch-lists. */
export function canChangeScenarios(roles: readonly string[]): boolean {
  return roles.some((role) => COMPLIANCE_WRITERS.has(role))
}
