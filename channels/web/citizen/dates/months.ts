/** Months as a calendar shows them, and how keys move through one. Pure. */

import { plusDays } from "../../shared/format";

const WEEK = 7;

/** Give the weeks of the month in which a day lies, Sunday first; null where another month is. */
export function weeksOf(date: string): (string | null)[][] {
  const first = `${date.slice(0, 7)}-01`;
  const blanks = weekdayOf(first);
  const count = lastOf(date);
  const cells = [...Array<null>(blanks).fill(null), ...Array.from({ length: count }, (_, day) => plusDays(first, day))];
  while (cells.length % WEEK > 0) cells.push(null);
  return Array.from({ length: cells.length / WEEK }, (_, week) => cells.slice(week * WEEK, (week + 1) * WEEK));
}

/** Move by months to the same day, or to the last one where the month has none such. */
export function plusMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
  return plusDays(first, Math.min(day, lastOf(first)) - 1);
}

/** Give the last day of the month in which a day lies. */
export function endOfMonth(date: string): string {
  return `${date.slice(0, 7)}-${lastOf(date)}`;
}

/** Say where a key leads from a day, or null where it leads nowhere. */
export function moved(date: string, key: string): string | null {
  switch (key) {
    case "ArrowLeft": return plusDays(date, -1);
    case "ArrowRight": return plusDays(date, 1);
    case "ArrowUp": return plusDays(date, -WEEK);
    case "ArrowDown": return plusDays(date, WEEK);
    case "Home": return plusDays(date, -weekdayOf(date));
    case "End": return plusDays(date, WEEK - 1 - weekdayOf(date));
    case "PageUp": return plusMonths(date, -1);
    case "PageDown": return plusMonths(date, 1);
    default: return null;
  }
}

/** Bring a day between two others. */
export function within(date: string, first: string, last: string): string {
  if (date < first) return first;
  return date > last ? last : date;
}

function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

function lastOf(date: string): number {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
