/** Reads a birth date that was typed as three numbers. Pure. */

import type { Born } from "./draft";
import type { Word } from "./words";

export const UNBORN: Born = { day: "", month: "", year: "" };
const OLDEST_YEAR = 1900;
const MONTHS = 12;

/** Read it as `YYYY-MM-DD`, or say what is wrong; `today` is the first day that is too late. */
export function readBirth(born: Born, today: string): { date: string } | { fault: Word } {
  const [day, month, year] = [born.day, born.month, born.year].map((text) => numberOf(text));
  if (!day || !month || !year) return { fault: "field.birth.missing" };
  if (year < OLDEST_YEAR) return { fault: "field.birth.year4" };
  if (month > MONTHS) return { fault: day > MONTHS ? "field.birth.nodate" : "field.birth.swapped" };
  const moment = new Date(Date.UTC(year, month - 1, day));
  if (moment.getUTCDate() !== day || moment.getUTCMonth() !== month - 1) {
    return { fault: "field.birth.nodate" };
  }
  const date = moment.toISOString().slice(0, 10);
  return date < today ? { date } : { fault: "field.birth.future" };
}

/** Write a birth date as its three numbers, as it was typed. */
export function bornOf(date: string): Born {
  const [year = "", month = "", day = ""] = date.split("-").map((part) => String(Number(part)));
  return { day, month, year };
}

function numberOf(text: string): number {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
}
