/** What a page reads from the gateway: tried again by itself while the line is bad. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";
import { rest } from "./rest";

interface Loaded<T> {
  value: T | null;
  /** Why there is no fresh value; what was read before stays. */
  problem: Problem | null;
}

type Load<T> = (signal: AbortSignal) => Promise<T>;
type Tell<T> = (more: Partial<Loaded<T>>) => void;

/** Load what `name` names, and load it anew when the name changes; null loads nothing. */
export function useLoad<T>(name: string | null, load: Load<T>): Loaded<T> & { again: () => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ value: null, problem: null });
  const [turn, setTurn] = useState(0);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (name === null) return undefined;
    const gone = new AbortController();
    if (before.current !== name) setLoaded({ value: null, problem: null });
    before.current = name;
    void keepTrying(load, (more) => setLoaded((known) => ({ ...known, ...more })), gone.signal);
    return () => gone.abort();
  }, [name, turn]);
  return { ...loaded, again: () => setTurn((known) => known + 1) };
}

async function keepTrying<T>(load: Load<T>, tell: Tell<T>, signal: AbortSignal): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      const value = await load(signal);
      if (!signal.aborted) tell({ value, problem: null });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      tell({ problem: error });
      if (!error.passes || !(await rest(error, turn, signal))) return;
    }
  }
}

/** Do something each time that somebody comes back to the page. */
export function useSeenAgain(act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const look = () => { if (document.visibilityState === "visible") latest.current(); };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
}

/** Do something now and then while somebody looks at the page, and when they come back to it. */
export function useWhileSeen(act: () => void, everyMs: number): void {
  const latest = useRef(act);
  latest.current = act;
  useSeenAgain(act);
  useEffect(() => {
    const look = () => { if (document.visibilityState === "visible") latest.current(); };
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
