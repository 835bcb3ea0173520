const MINUTE_MS = 60_000

/** What a field of date and time shows for a moment: the time here, to the minute. */
export function fieldOfMoment(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * MINUTE_MS
  return new Date(ms - offsetMs).toISOString().slice(0, 16)
}
