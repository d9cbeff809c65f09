/** The seats of an office as they change, for as long as the page is open. */

import { useEffect, useState } from "preact/hooks";
import { call, type Problem, type Schemas } from "../../shared/api";
import { now } from "../../shared/clock";
import { type Day, type Half, withSlot } from "../../shared/seats";
import { listen } from "../../shared/stream";

export interface Seats {
  /** What is known, or null before anything is. */
  days: Day[] | null;
  /** When it was last heard of. */
  asOf: Date | null;
  /** Whether changes come by themselves; else it is asked for again and again. */
  live: boolean;
  problem: Problem | null;
}

type Availability = Schemas["Availability"];

const NOTHING: Seats = { days: null, asOf: null, live: false, problem: null };

/** Watch a service at an office until a day; null watches nothing. */
export function useSeats(office: string, service: string | null, until: string | null): Seats {
  const [seats, setSeats] = useState<Seats>(NOTHING);
  useEffect(() => {
    if (service === null) return undefined;
    const gone = new AbortController();
    const query = new URLSearchParams(until === null ? { service } : { service, to: until });
    const path = `/v1/offices/${office}/availability`;
    const learnDays = (change: (known: Day[] | null) => Day[] | null) => setSeats((known) => (
      { ...known, days: change(known.days), asOf: now() }
    ));
    const hear = (event: string, data: string) => {
      const said: unknown = JSON.parse(data);
      if (event === "availability") learnDays(() => (said as Availability).days);
      if (event === "slot") learnDays((days) => days && withSlot(days, said as Half & { date: string }));
    };
    const line = (stands: boolean, why: Problem | null) => {
      setSeats((known) => ({ ...known, live: stands, problem: why, ...(stands ? { asOf: now() } : {}) }));
      if (!stands && why?.passes) void askOnce();
    };
    // Where no more pages are kept up to date, or a proxy lets no stream through, asking still helps.
    const askOnce = async () => {
      const answer = await call<Availability>(`${path}?${query}`, { signal: gone.signal }).catch(() => null);
      if (answer !== null && !gone.signal.aborted) {
        setSeats((known) => ({ ...known, days: answer.body.days, asOf: now(), problem: null }));
      }
    };
    void listen(`${path}/stream?${query}`, { hear, line }, gone.signal);
    return () => gone.abort();
  }, [office, service, until]);
  return seats;
}
