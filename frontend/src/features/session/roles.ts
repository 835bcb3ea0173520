/** Which workplaces a role opens; the API decides for itself, this only keeps doors that would not open out of sight. */
const WATCHERS = new Set(['risk', 'compliance', 'analyst', 'admin'])

export function canWatch(roles: readonly string[]): boolean {
  return roles.some((role) => WATCHERS.has(role))
}
