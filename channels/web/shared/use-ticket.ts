/** How much is known of a ticket: what the device keeps first, then what the gateway says. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "./api";
import { completeTicket, type Fresh, fetchTicket, type Kept, keptTicket } from "./tickets";

/** `copy` and `looking` show what the device keeps; `proof` has nothing to show without one. */
export type Seen =
  | { at: "looking"; kept: Kept | null }
  | { at: "fresh"; fresh: Fresh }
  | { at: "copy"; kept: Kept; problem: Problem }
  | { at: "proof" }
  | { at: "trouble"; problem: Problem };

const AGAIN_MS = 10_000;

/** Show a ticket, look it up, and go on looking while there is no line; the second looks again. */
export function useTicket(code: string): [Seen, () => void] {
  const [seen, setSeen] = useState<Seen>(() => ({ at: "looking", kept: keptTicket(code) }));
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    const leave = new AbortController();
    let timer = 0;
    const show = async (fresh: Fresh) => {
      setSeen({ at: "fresh", fresh });
      const kept = await completeTicket(fresh.kept, leave.signal);
      if (!leave.signal.aborted) setSeen({ at: "fresh", fresh: { ...fresh, kept } });
    };
    fetchTicket(code, leave.signal).then(
      show,
      (error: unknown) => {
        if (leave.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, { code: "internal" });
        setSeen(without(code, problem));
        if (problem.passes) timer = window.setTimeout(again, wait(problem));
      },
    );
    window.addEventListener("online", again, { signal: leave.signal });
    return () => {
      leave.abort();
      window.clearTimeout(timer);
    };
  }, [code, turn, again]);
  return [seen, again];
}

function wait(problem: Problem): number {
  const ms = problem.retryAfterS === null ? AGAIN_MS : problem.retryAfterS * 1_000;
  return ms * (1 + Math.random() / 4);
}

function without(code: string, problem: Problem): Seen {
  const kept = keptTicket(code);
  if (kept !== null) return { at: "copy", kept, problem };
  const isTheirs = problem.status === 401 || problem.status === 404;
  return isTheirs ? { at: "proof" } : { at: "trouble", problem };
}
