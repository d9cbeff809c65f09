/** Takes a login out of this browser, and ends it. */

import { call, Problem } from "./api";

/** Log out: the login that the cookie names ends for good. Whose is over is out; raises Problem. */
export async function logOut(): Promise<void> {
  try {
    await call("/v1/logins/current", { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
}
