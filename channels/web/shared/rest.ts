/** The pause before something is tried again. */

import type { Problem } from "./api";

const AGAIN_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** Wait as long as was asked, or longer each time, never in step with others; false if ended. */
export async function rest(problem: Problem, turn: number, signal: AbortSignal): Promise<boolean> {
  const usual = AGAIN_MS[Math.min(turn, AGAIN_MS.length - 1)] ?? 8_000;
  const longest = problem.retryAfterS === null ? usual : problem.retryAfterS * 1_000;
  const ms = longest * (1 + Math.random() / 2);
  return new Promise<boolean>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
