/** The office whose dates this phone showed last: public, and nothing of who looked. */

export interface Seen {
  office: string;
  name: string;
  timezone: string;
  service: string;
}

const KEPT = "antrean.office";

/** Give it, if any. */
export function lastSeen(): Seen | null {
  const text = localStorage.getItem(KEPT);
  return text === null ? null : (JSON.parse(text) as Seen);
}

/** Remember it. */
export function rememberSeen(seen: Seen): void {
  localStorage.setItem(KEPT, JSON.stringify(seen));
}
