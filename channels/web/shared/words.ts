/** What the page says, in the language that its reader chose. */

import { id, type Words } from "../words/id";
import { isKept, onDevice } from "./storage";

export type Language = "id" | "en";
export type Word = keyof Words;
export type Values = Record<string, string | number>;

const KEPT = "antrean.language";
let words: Words = id;
let language: Language = "id";
const others: (() => Promise<void>)[] = [];

/** Load the language that was chosen before, or is asked for by `?lang=`; Indonesian else. */
export async function loadWords(): Promise<void> {
  const asked = new URLSearchParams(location.search).get("lang");
  const chosen = asked ?? onDevice.read(KEPT);
  if (chosen === "en") await loadEnglish();
  document.documentElement.lang = language;
}

/** Load the English texts; where they cannot be had, as without a line, Indonesian is shown. */
async function loadEnglish(): Promise<void> {
  try {
    const [{ en }] = await Promise.all([import("../words/en"), loadOthers()]);
    words = en;
    language = "en";
  } catch {
    words = id;
  }
}

async function loadOthers(): Promise<void> {
  await Promise.all(others.splice(0).map((load) => load()));
}

/** Load the English texts of what came to the page after its words; in Indonesian where they fail. */
export async function loadMoreWords(): Promise<void> {
  if (language === "en") await loadOthers().catch(() => undefined);
}

/** Make a dictionary of texts that not every page needs; it is loaded by whoever imports it. */
export function dictionary<Name extends string>(
  inId: Readonly<Record<Name, string>>, loadEn: () => Promise<Readonly<Record<Name, string>>>,
): (name: Name, values?: Values) => string {
  let inEn = inId;
  others.push(async () => { inEn = await loadEn(); });
  return (name, values = {}) => fill((language === "en" ? inEn : inId)[name], values);
}

/** Say which language is shown. */
export function shown(): Language {
  return language;
}

/** Keep another language and show the page in it. */
export function choose(next: Language): void {
  onDevice.write(KEPT, next);
  const url = new URL(location.href);
  if (isKept("localStorage")) url.searchParams.delete("lang");
  else url.searchParams.set("lang", next);
  location.replace(url);
}

/** Whether the dictionary has a text of this name. */
export function isWord(name: string): name is Word {
  return name in id;
}

/** Give a text with its values put in for `{name}`. */
export function t(word: Word, values: Values = {}): string {
  return fill(words[word], values);
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
