/** The number in a name such as "fraud-3" or "policy-2"; null where there is none, and for the built-in policy-0. */
export function versionOf(name: string | null): number | null {
  const version = Number(/-(\d+)$/.exec(name ?? '')?.[1] ?? 0)
  return version > 0 ? version : null
}
