/** Commands: written down before they are sent, sent again with the same key until decided. */

import { type Answer, call, Problem, type Schemas } from "./api";
import type { Chosen, Who } from "./draft";
import { rest } from "./rest";
import { inTab } from "./storage";

export type Kind = "hold" | "correct" | "confirm" | "release" | "cancel" | "move" | "extend";

/** A command that was sent, or is about to be: enough to send it again after a reload. */
export interface Sent {
  kind: Kind;
  key: string;
  method: "POST" | "DELETE";
  path: string;
  body?: unknown;
  ticket?: string;
  /** What a seat was asked for, as it was then: what is typed by now may be something else. */
  meant?: { chosen: Chosen | undefined; who: Who | null };
  at: number;
  request?: string;
}

/** How far a command is: not sent through yet, and why; or accepted under a number. */
export type Progress = (
  state: "sending" | "waiting" | "accepted", request?: string, why?: Problem,
) => void;

const KEPT = "antrean.sent";
const WAIT_S = 5;
const POLL_S = 20;

/** Write a command down. Only one is under way at a time. */
export function begin(kind: Kind, path: string, more: Partial<Sent> = {}): Sent {
  const sent: Sent = { kind, key: newKey(), method: "POST", path, at: Date.now(), ...more };
  keep(sent);
  return sent;
}

/** Give the command that was under way when the page was left, if any. */
export function unfinished(): Sent | null {
  return inTab.get<Sent>(KEPT);
}

/** Forget the command: its outcome was seen. */
export function forget(): void {
  inTab.drop(KEPT);
}

/** Draw a key; by hand, for `randomUUID` is not there on a page without https. */
function newKey(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keep(sent: Sent): void {
  inTab.put(KEPT, sent);
}

/** Send it until it is decided, however often the line breaks; raises Problem where it is refused. */
export async function perform<T>(sent: Sent, tell: Progress, signal: AbortSignal): Promise<T> {
  for (let turn = 0; ; turn += 1) {
    try {
      tell(sent.request === undefined ? "sending" : "accepted", sent.request);
      return await attempt<T>(sent, tell, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof Problem) || !error.passes) throw error;
      tell("waiting", sent.request, error);
      if (!(await rest(error, turn, signal))) throw error;
    }
  }
}

async function attempt<T>(sent: Sent, tell: Progress, signal: AbortSignal): Promise<T> {
  if (sent.request === undefined) {
    const { method, path, body, key } = sent;
    const ticket = sent.ticket === undefined ? {} : { ticket: sent.ticket };
    const answer: Answer<T & Schemas["Request"]> = await call(path, {
      method, body, key, waitS: WAIT_S, signal, ...ticket,
    });
    if (answer.status !== 202) return answer.body;
    sent.request = answer.body.request_id;
    keep(sent);
    tell("accepted", sent.request);
  }
  return outcomeOf<T>(sent, signal);
}

async function outcomeOf<T>(sent: Sent, signal: AbortSignal): Promise<T> {
  for (;;) {
    const ticket = sent.ticket === undefined ? {} : { ticket: sent.ticket };
    const path = `/v1/requests/${sent.request}?wait=${POLL_S}`;
    const { body } = await call<Schemas["Request"]>(path, { signal, ...ticket })
      .catch((error: unknown) => sendAgain(sent, error));
    if (body.state === "done" && body.outcome) return read<T>(body.outcome);
  }
}

/** Where nobody knows the number any more, the command itself is sent again, with its key. */
function sendAgain(sent: Sent, error: unknown): never {
  if (!(error instanceof Problem) || error.status !== 404) throw error;
  delete sent.request;
  keep(sent);
  throw new Problem(503, { code: "overloaded" });
}

function read<T>(outcome: Record<string, unknown>): T {
  const status = Number(outcome["status"]);
  if (status >= 400) throw new Problem(status, { code: "internal", ...outcome });
  return outcome as T;
}
