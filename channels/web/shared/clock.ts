/** The server's time, never the phone's: what opens and what expires goes by it. */

import { inTab } from "./storage";

const KEPT = "antrean.ahead";

// A page that has not asked for anything yet goes by what the one before it learned.
let aheadMs = Number(inTab.read(KEPT) ?? 0) || 0;

/** Learn from the `Date` of an answer, which is to be no kept one, how far this phone's clock is off. */
export function learn(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  aheadMs = told - Date.now();
  inTab.write(KEPT, String(aheadMs));
}

/** Tell the server's time, to about a second. */
export function now(): Date {
  return new Date(Date.now() + aheadMs);
}
