/** Dates and times as people here write them, in the office's own time zone. */

import { shown, t } from "./words";

const ZONES: Record<string, string> = {
  "Asia/Jakarta": "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Jayapura": "WIT",
};

/** Name a time zone as tickets do: WIB, WITA, WIT. */
export function zoneOf(timezone: string): string {
  return ZONES[timezone] ?? timezone;
}

function locale(): string {
  return shown() === "id" ? "id-ID" : "en-GB";
}

/** A day in full: "Rabu, 9 Januari 2019". It is a date of the calendar, not a moment. */
export function longDate(date: string): string {
  return day(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** A day in short: "Rab, 9 Jan". */
export function shortDate(date: string): string {
  return day(date, { weekday: "short", day: "numeric", month: "short" });
}

/** A month: "Januari 2019". */
export function month(date: string): string {
  return day(date, { month: "long", year: "numeric" });
}

/** To make a format takes far longer than to use it, and a page of dates uses few of them often. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${language} ${JSON.stringify(how)}`;
  const known = made.get(name) ?? new Intl.DateTimeFormat(language, how);
  made.set(name, known);
  return known;
}

function day(date: string, how: Intl.DateTimeFormatOptions): string {
  return formatOf(locale(), { ...how, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** A moment's time of day at an office: "14.22 WIB". */
export function timeAt(moment: string | Date, timezone: string): string {
  const parts = formatOf("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timezone });
  return `${parts.format(new Date(moment)).replace(":", dot())} ${zoneOf(timezone)}`;
}

/** A moment's time of day to the second: "08.01.12". */
export function clockAt(moment: Date, timezone: string): string {
  const parts = formatOf("en-GB", { timeStyle: "medium", timeZone: timezone });
  return parts.format(moment).replaceAll(":", dot());
}

/** A moment at an office in full: "Jumat, 18 Januari pukul 14.00 WIB". */
export function momentAt(moment: string, timezone: string): string {
  const date = dateAt(new Date(moment), timezone);
  const named = day(date, { weekday: "long", day: "numeric", month: "long" });
  return t("time.moment", { date: named, time: timeAt(moment, timezone) });
}

/** How far off something is, in its largest unit: "dalam 12 menit". */
export function inTime(ms: number): string {
  const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;
  const [unit, size] = units.find(([, long]) => ms >= 2 * long) ?? ["second", 1_000];
  return new Intl.RelativeTimeFormat(locale()).format(Math.round(ms / size), unit);
}

/** The days of the week in short, Sunday first. */
export function weekdays(): string[] {
  const sunday = "2023-01-01";
  return [0, 1, 2, 3, 4, 5, 6].map((days) => day(plusDays(sunday, days), { weekday: "short" }));
}

/** A moment's day at an office: "2019-01-09". */
export function dateAt(moment: Date, timezone: string): string {
  return formatOf("en-CA", { timeZone: timezone }).format(moment);
}

/** A span such as "08:00-12:00" as people read it: "08.00-12.00 WIB". */
export function hours(span: string, timezone: string): string {
  return `${span.replaceAll(":", dot()).replace("-", "–")} ${zoneOf(timezone)}`;
}

function dot(): string {
  return shown() === "id" ? "." : ":";
}

/** Move a date of the calendar by days. */
export function plusDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}
