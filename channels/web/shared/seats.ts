/** What the days of an office say, worked out of its half days. Pure. */

import type { Schemas } from "./api";

export type Half = Schemas["SessionState"];
export type Day = Schemas["DayState"];
export type State = Half["state"];

/** What a day is called where its half days differ: the first of these that one of them is. */
const FIRST_OF: State[] = ["open", "unreleased", "full", "closed", "not_offered"];

/** Say what a day is as a whole. */
export function stateOf(day: Day): State {
  return FIRST_OF.find((state) => day.sessions.some((half) => half.state === state)) ?? "not_offered";
}

/** Count the seats of a day that can be had. */
export function seatsOf(day: Day): number {
  return day.sessions.reduce((sum, half) => sum + (half.state === "open" ? half.remaining : 0), 0);
}

/** Give the days with a seat. */
export function freeDays(days: Day[]): Day[] {
  return days.filter((day) => stateOf(day) === "open");
}

/** Give the next moment at which quota opens, if one is known. */
export function nextOpening(days: Day[]): string | null {
  const moments = days.flatMap((day) => day.sessions)
    .filter((half) => half.state === "unreleased" && half.opens_at !== null)
    .map((half) => half.opens_at as string);
  return moments.sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}

/** Find a half day. */
export function findHalf(days: Day[], date: string, session: Schemas["Session"]): Half | undefined {
  return days.find((day) => day.date === date)?.sessions.find((half) => half.session === session);
}

/** Put a half day that changed in its place. */
export function withSlot(days: Day[], slot: Half & { date: string }): Day[] {
  const { date, ...half } = slot;
  return days.map((day) => day.date !== date ? day : {
    ...day,
    sessions: day.sessions.map((known) => (known.session === half.session ? half : known)),
  });
}
