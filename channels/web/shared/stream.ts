/** Server-sent events, read by hand: a refusal can be told, and a line that fell silent is noticed. */

import { Problem, problemOf } from "./api";
import { learn } from "./clock";
import { rest } from "./rest";

/** What to do with what comes: events, and whether the line stands. */
export interface Ears {
  hear: (event: string, data: string) => void;
  line: (stands: boolean, why: Problem | null) => void;
}

/** The gateway says something every ten seconds at least. */
const SILENT_MS = 25_000;
const AGAIN_S = 2;

/** Listen until `signal` ends it, however often the line breaks; or until it is refused. */
export async function listen(path: string, ears: Ears, signal: AbortSignal): Promise<void> {
  const heard = { id: "", retryS: AGAIN_S };
  for (let turn = 0; !signal.aborted; turn += 1) {
    let why = new Problem(0, { code: "offline" });
    try {
      await listenOnce(path, heard, { ...ears, line: () => { turn = -1; ears.line(true, null); } }, signal);
      why = new Problem(0, { code: "offline" }, heard.retryS);
    } catch (error) {
      if (error instanceof Problem) why = error;
    }
    if (signal.aborted) return;
    ears.line(false, why);
    if (!why.passes || !(await rest(why, turn, signal))) return;
  }
}

async function listenOnce(
  path: string, heard: { id: string; retryS: number }, ears: Ears, signal: AbortSignal,
): Promise<void> {
  const line = new AbortController();
  const hangUp = () => line.abort();
  let silence = setTimeout(hangUp, SILENT_MS);
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (heard.id !== "") headers["Last-Event-ID"] = heard.id;
    const response = await fetch(path, { headers, cache: "no-store", signal: line.signal });
    learn(response.headers.get("Date"));
    if (!response.ok || response.body === null) throw await problemOf(response);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (let text = ""; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      ears.line(true, null);
      clearTimeout(silence);
      silence = setTimeout(hangUp, SILENT_MS);
      text = takeUp(text + decoder.decode(value, { stream: true }), heard, ears.hear);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", hangUp);
  }
}

/** Tell all events that are whole; returns what is not yet. */
function takeUp(text: string, heard: { id: string; retryS: number }, hear: Ears["hear"]): string {
  const blocks = text.split("\n\n");
  const begun = blocks.pop() ?? "";
  for (const block of blocks) {
    const fields = fieldsOf(block);
    const retry = Number(fields["retry"]);
    if (retry > 0) heard.retryS = retry / 1_000;
    if (fields["data"] !== undefined) hear(fields["event"] ?? "message", fields["data"]);
    if (fields["id"] !== undefined) heard.id = fields["id"];
  }
  return begun;
}

function fieldsOf(block: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  return fields;
}
