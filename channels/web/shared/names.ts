/** What services and half days are called. */

import type { Schemas } from "./api";
import { isWord, t } from "./words";

/** The services that the dictionary knows, the most usual first. */
export const KNOWN_SERVICES = ["passport", "passport-replacement", "e-passport"];

/** Name a service; one that the dictionary does not know is shown by its id. */
export function serviceName(service: string): string {
  const word = `name.${service}`;
  return isWord(word) ? t(word) : service.replaceAll("-", " ");
}

/** Say in a sentence what a service is for; nothing of one that the dictionary does not know. */
export function serviceHint(service: string): string | null {
  const word = `name.${service}.hint`;
  return isWord(word) ? t(word) : null;
}

/** Name a half day: Pagi, Siang. */
export function sessionName(session: Schemas["Session"]): string {
  return t(`name.${session}`);
}
