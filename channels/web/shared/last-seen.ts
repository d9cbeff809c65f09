/** The office whose dates this phone showed last: public, and nothing of who looked. */

import { onDevice } from "./storage";

export interface Seen {
  office: string;
  name: string;
  timezone: string;
  service: string;
}

const KEPT = "antrean.office";

/** Give it, if any. */
export function lastSeen(): Seen | null {
  return onDevice.get<Seen>(KEPT);
}

/** Remember it. */
export function rememberSeen(seen: Seen): void {
  onDevice.put(KEPT, seen);
}
