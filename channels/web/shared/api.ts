/** The gateway's public API: calls, problems, and the long way of a command to its outcome. */

import type { components } from "./api-types";
import { learn } from "./clock";

export type Schemas = components["schemas"];
export type ProblemBody = Partial<Schemas["Problem"]> & { code: string };

/** Why not: `code` is one of the API's, or "offline" where nothing answered. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
    readonly retryAfterS: number | null = null,
  ) {
    super(body.code);
  }

  get code(): string {
    return this.body.code;
  }

  /** Whether trying the same again may help. */
  get passes(): boolean {
    return this.code === "offline" || this.status === 429 || this.status >= 500;
  }
}

export interface Call {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  key?: string;
  ticket?: string;
  waitS?: number;
  signal?: AbortSignal;
}

export interface Answer<T> {
  status: number;
  body: T;
}

const LONGEST_MS = 30_000;

/** Call the gateway; raises Problem where it says no, or says nothing. */
export async function call<T>(path: string, how: Call = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (how.body !== undefined) headers["Content-Type"] = "application/json";
  if (how.key !== undefined) headers["Idempotency-Key"] = how.key;
  if (how.ticket !== undefined) headers["Authorization"] = `Bearer ${how.ticket}`;
  if (how.waitS !== undefined) headers["Prefer"] = `wait=${how.waitS}`;
  let response: Response;
  try {
    response = await fetch(path, {
      method: how.method ?? "GET",
      headers,
      credentials: "same-origin",
      signal: AbortSignal.any([AbortSignal.timeout(LONGEST_MS), ...(how.signal ? [how.signal] : [])]),
      ...(how.body === undefined ? {} : { body: JSON.stringify(how.body) }),
    });
  } catch (error) {
    if (how.signal?.aborted) throw error;
    throw new Problem(0, { code: "offline" });
  }
  learn(response.headers.get("Date"));
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return { status: response.status, body: body as T };
  throw problemOf(response, body);
}

function problemOf(response: Response, body: unknown): Problem {
  const told = Number(response.headers.get("Retry-After"));
  const known = typeof body === "object" && body !== null && "code" in body;
  const problem = known ? (body as ProblemBody) : { code: response.status === 503 ? "overloaded" : "internal" };
  return new Problem(response.status, problem, told > 0 ? told : null);
}
