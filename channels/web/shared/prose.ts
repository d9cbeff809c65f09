/** The long texts of the pages that explain: kept out of what every other page loads. */

import { prose as id } from "../words/prose-id";
import { shown } from "./words";

export type Prose = Record<keyof typeof id, string>;

let texts: Prose = id;

/** Load them in the language that is shown; after its words, before the page. */
export async function loadProse(): Promise<void> {
  if (shown() === "en") texts = (await import("../words/prose-en")).prose;
}

/** Give one passage. */
export function prose(passage: keyof Prose): string {
  return texts[passage];
}
