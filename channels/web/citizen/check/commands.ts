/** What the page asks of booking, in the order in which it is asked. */

import type { Problem, Schemas } from "../../shared/api";
import { isSame } from "../../shared/chosen";
import { type Draft, draft } from "../../shared/draft";
import { begin, type Kind, type Sent } from "../../shared/send";

type Hold = Schemas["Hold"];

/** The commands that belong to this page; others have pages of their own. */
export const OURS: Kind[] = ["hold", "confirm", "extend", "release"];

/** Whether enough is known to ask for a seat. */
export function isComplete(known: Draft): known is Draft & Required<Pick<Draft, "chosen" | "name" | "birthDate">> {
  return known.chosen !== undefined && known.name !== undefined && known.birthDate !== undefined;
}

/** Name for whom a seat is held, so that it is not taken for somebody else's. */
export function whoOf(known: Draft): string {
  return `${known.name} ${known.birthDate}`;
}

/** Whether a hold is what its holder wants by now: the same half day, for the same person. */
export function isWanted(hold: Hold, known: Draft): boolean {
  const forThem = !known.heldFor || known.heldFor === whoOf(known);
  return known.chosen !== undefined && isSame(hold, known.chosen) && forThem;
}

/** Ask for the seat that was chosen. */
export function askForHold(): Sent {
  const { chosen, name, birthDate } = draft();
  const { office, service, date, session } = chosen ?? {};
  const body = { office, service, date, session, applicant: { name, birth_date: birthDate } };
  return begin("hold", "/v1/holds", { body });
}

/** Make a hold certain, by the code that came with it. */
export function askToConfirm(hold: Hold): Sent {
  const body = { approval_code: hold.approval_code };
  return begin("confirm", `/v1/holds/${hold.hold_id}/confirm`, { body });
}

/** Ask for more time, which is given once. */
export function askForTime(hold: Hold): Sent {
  return begin("extend", `/v1/holds/${hold.hold_id}/extend`);
}

/** Give a seat back. */
export function askToRelease(hold: Hold): Sent {
  return begin("release", `/v1/holds/${hold.hold_id}`, { method: "DELETE" });
}

/** Whether a refusal means that the hold is no more. */
export function isOver(problem: Problem): boolean {
  return problem.code === "hold_expired" || problem.code === "not_found";
}
