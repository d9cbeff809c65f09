/** What was chosen and typed so far: kept while the tab lives, so that nothing is typed twice. */

import type { Schemas } from "./api";
import { inTab } from "./storage";

/** The half day that was chosen, with what its later screens repeat. */
export interface Chosen {
  office: string;
  officeName: string;
  timezone: string;
  service: string;
  date: string;
  session: Schemas["Session"];
  hours: string;
}

/** A birth date as it is being typed. */
export interface Born {
  day: string;
  month: string;
  year: string;
}

/** Who is to come. */
export interface Who {
  name: string;
  birthDate: string;
}

export interface Draft {
  service?: string;
  chosen?: Chosen;
  name?: string;
  birthDate?: string;
  born?: Born;
  phone?: string;
  hold?: Schemas["Hold"];
  /** What is held, for whom (nobody knows of a hold that was found), and whether it was prolonged. */
  heldChosen?: Chosen;
  heldFor?: Who | null;
  extended?: boolean;
  /** The code of the booking that is to be moved, when a slot is chosen for that. */
  moves?: string;
}

const KEPT = "antrean.draft";

/** Give what is kept. */
export function draft(): Draft {
  return inTab.get<Draft>(KEPT) ?? {};
}

/** Keep more, or something else; `undefined` takes a field out. */
export function keep(more: { [name in keyof Draft]?: Draft[name] | undefined }): Draft {
  const all = { ...draft(), ...more } as Draft;
  inTab.put(KEPT, all);
  return all;
}
