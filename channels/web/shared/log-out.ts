/** Takes a login out of this browser. */

import { call } from "./api";

/** The page does not know its login, which no script reads: any id takes the cookie away. */
const ANY_ID = "0".repeat(32);

/** Log out; raises Problem. */
export async function logOut(): Promise<void> {
  await call(`/v1/logins/${ANY_ID}`, { method: "DELETE" });
}
