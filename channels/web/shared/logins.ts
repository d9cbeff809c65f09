/** Logins under way: begun, waited for also after a reload; proven, they are a cookie of no script. */

import { call, Problem, type Schemas } from "./api";
import { now } from "./clock";
import { tellOnce } from "./problem";
import { rest } from "./rest";
import { inTab } from "./storage";
import { t } from "./own-words";

export type By = Schemas["LoginBegun"]["by"];

/** A login that waits for its proof. It is kept in this tab until then, and not a moment longer. */
export interface Begun {
  id: string;
  by: By;
  phone: string;
  text: string;
  url: string;
  endsAt: string;
  begunAt: number;
}

const KEPT = "antrean.login";
const WAIT_S = 20;

/** Begin to prove a phone; raises Problem. */
export async function beginLogin(phone: string, by: By): Promise<Begun> {
  const { body } = await call<Schemas["LoginBegun"]>("/v1/logins", { method: "POST", body: { phone, by } });
  const begun: Begun = {
    id: body.login_id,
    by,
    phone,
    text: body.text ?? "",
    url: body.whatsapp_url ?? "",
    endsAt: body.expires_at,
    begunAt: Date.now(),
  };
  inTab.put(KEPT, begun);
  return begun;
}

/** Give the login that waits for its proof, if there is one whose time is not over. */
export function loginUnderWay(): Begun | null {
  const begun = inTab.get<Begun>(KEPT);
  return begun !== null && Date.parse(begun.endsAt) > now().getTime() ? begun : null;
}

/** Forget the login that waits. */
export function forgetLogin(): void {
  inTab.drop(KEPT);
}

/** Wait until the phone is proven, however often the line breaks; false once its time is over. */
export async function waitForProof(
  begun: Begun,
  tell: (isLineLost: boolean) => void,
  signal: AbortSignal,
): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const turn = turnOf(signal);
    try {
      const state = await look(begun, turn.signal);
      tell(false);
      tries = -1;
      if (state !== "pending") return state === "proven";
    } catch (error) {
      if (signal.aborted) throw error;
      if (turn.signal.aborted) continue;
      if (!(error instanceof Problem) || !error.passes) throw error;
      tell(true);
      await rest(error, tries, turn.signal);
    } finally {
      turn.abort();
    }
  }
}

/** Prove the phone by the code that came by SMS; raises Problem. */
export async function proveBySms(begun: Begun, code: string): Promise<void> {
  await call(`/v1/logins/${begun.id}/code`, { method: "POST", body: { code } });
  forgetLogin();
}

/** Say why a login was not begun; of a number that is wrong, in words of its own. */
export function whyNot(problem: unknown, by: By): string {
  if (!(problem instanceof Problem)) throw problem;
  return problem.code === "invalid" ? t(`login.bad_phone_${by}`) : tellOnce(problem);
}

async function look(begun: Begun, signal: AbortSignal): Promise<Schemas["LoginState"]["state"]> {
  try {
    const { body } = await call<Schemas["LoginState"]>(`/v1/logins/${begun.id}?wait=${WAIT_S}`, { signal });
    if (body.state !== "pending") forgetLogin();
    return body.state;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    forgetLogin();
    return "expired";
  }
}

/** Give up a call once the page is seen again: who was in WhatsApp left a line that is dead by now. */
function turnOf(signal: AbortSignal): AbortController {
  const turn = new AbortController();
  const end = () => turn.abort();
  const until = { signal: turn.signal };
  signal.addEventListener("abort", end, until);
  addEventListener("online", end, until);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") end();
  }, until);
  return turn;
}
