/** The server's time, never the phone's: what opens and what expires goes by it. */

let aheadMs = 0;

/** Learn from the `Date` of an answer how far this phone's clock is off. */
export function learn(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(told)) aheadMs = told - Date.now();
}

/** Tell the server's time, to about a second. */
export function now(): Date {
  return new Date(Date.now() + aheadMs);
}
