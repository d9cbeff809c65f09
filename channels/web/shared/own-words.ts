/** The words of whoever has a booking or logs in, besides those of every page. */

import { own as id } from "../words/own-id";
import { dictionary, t as common, type Values, type Word } from "./words";

type OwnWord = keyof typeof id;

const own = dictionary<OwnWord>(id, async () => (await import("../words/own-en")).own);

/** Give a text with its values put in, as `t` of the words of every page does. */
export function t(word: Word | OwnWord, values: Values = {}): string {
  return isOwn(word) ? own(word, values) : common(word, values);
}

function isOwn(word: string): word is OwnWord {
  return word in id;
}
