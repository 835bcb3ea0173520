/** Which workplaces a role opens; the API decides for itself, this only keeps doors that would not open out of sight. */
const WATCHERS = new Set(['risk', 'compliance', 'analyst', 'admin'])
const BANK_READERS = new Set(['customer', 'partner', 'operator', 'risk', 'compliance', 'admin'])
const MONEY_MOVERS = new Set(['customer', 'partner', 'operator', 'admin'])
const RISK_WRITERS = new Set(['risk', 'admin'])
const BANK_SERVERS = new Set(['partner', 'operator', 'risk', 'compliance', 'admin'])
const CUSTOMER_LISTERS = new Set(['partner', 'operator', 'compliance', 'admin'])
const STAFF = new Set(['operator', 'compliance', 'admin'])
const COMPLIANCE_WRITERS = new Set(['compliance', 'admin'])
const CASE_WORKERS = new Set(['risk', 'compliance', 'admin'])

export function canWatch(roles: readonly string[]): boolean {
  return roles.some((role) => WATCHERS.has(role))
}

/** The ledger's chain, and the accounts that are one's own or one's tenant's. */
export function canReadBank(roles: readonly string[]): boolean {
  return roles.some((role) => BANK_READERS.has(role))
}

/** Any customer of the bank, and not only oneself. */
export function canServeCustomers(roles: readonly string[]): boolean {
  return roles.some((role) => BANK_SERVERS.has(role))
}

/** All customers, one after another. */
export function canListCustomers(roles: readonly string[]): boolean {
  return roles.some((role) => CUSTOMER_LISTERS.has(role))
}

/** What a customer says that they earn. */
export function canKeepIncomes(roles: readonly string[]): boolean {
  return roles.some((role) => STAFF.has(role))
}

/** What a movement is called, devices, and notices, among what only its customer and those who serve them change. */
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
