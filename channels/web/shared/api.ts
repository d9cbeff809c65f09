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
    if (this.code === "needs_attention") return false;
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

/** Call the gateway; raises Problem where it says no, or says nothing for half a minute. */
export function call<T>(path: string, how: Call = {}): Promise<Answer<T>> {
  return ask(path, how, "application/json", async (response) => {
    const body: unknown = response.status === 204 ? null : await response.json();
    return { status: response.status, body: body as T };
  });
}

/** Read a file of the gateway's as text; raises Problem. */
export function read(path: string, how: Call): Promise<string> {
  return ask(path, how, "*/*", (response) => response.text());
}

async function ask<T>(path: string, how: Call, accept: string, take: (response: Response) => Promise<T>): Promise<T> {
  const headers: Record<string, string> = { Accept: accept };
  if (how.body !== undefined) headers["Content-Type"] = "application/json";
  if (how.key !== undefined) headers["Idempotency-Key"] = how.key;
  if (how.ticket !== undefined) headers["Authorization"] = `Bearer ${how.ticket}`;
  if (how.waitS !== undefined) headers["Prefer"] = `wait=${how.waitS}`;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), LONGEST_MS);
  const leave = () => over.abort();
  how.signal?.addEventListener("abort", leave, { once: true });
  try {
    const response = await fetch(path, {
      method: how.method ?? "GET",
      headers,
      credentials: "same-origin",
      signal: over.signal,
      ...(how.body === undefined ? {} : { body: JSON.stringify(how.body) }),
    });
    // The settings may come out of the browser's own cache, a minute old, and their date with them.
    if (path.startsWith("/v1/")) learn(response.headers.get("Date"));
    if (!response.ok) throw await problemOf(response);
    return await take(response);
  } catch (error) {
    if (how.signal?.aborted || error instanceof Problem) throw error;
    throw new Problem(0, { code: "offline" });
  } finally {
    clearTimeout(timer);
    how.signal?.removeEventListener("abort", leave);
  }
}

/** Read why not; a proxy that says it in its own words is understood by its status. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const told = Number(response.headers.get("Retry-After"));
  const known = typeof body === "object" && body !== null && "code" in body;
  const problem = known ? (body as ProblemBody) : { code: response.status === 503 ? "overloaded" : "internal" };
  return new Problem(response.status, problem, told > 0 ? told : null);
}
