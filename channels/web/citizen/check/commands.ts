/** What the page asks of booking, in the order in which it is asked. */

import type { Problem, Schemas } from "../../shared/api";
import { isSame } from "../../shared/chosen";
import { type Draft, draft, type Who } from "../../shared/draft";
import { begin, type Kind, type Sent } from "../../shared/send";

type Hold = Schemas["Hold"];

/** The commands that belong to this page; others have pages of their own. */
export const OURS: Kind[] = ["hold", "correct", "confirm", "extend", "release"];

/** Whether enough is known to ask for a seat. */
export function isComplete(known: Draft): known is Draft & Who & Required<Pick<Draft, "chosen">> {
  return known.chosen !== undefined && whoOf(known) !== null;
}

/** Give for whom a seat is wanted, as far as that was typed. */
export function whoOf({ name, birthDate }: Draft): Who | null {
  return name === undefined || birthDate === undefined ? null : { name, birthDate };
}

/** Whether a hold is of the half day that is wanted. */
export function isThere(hold: Hold, { chosen }: Draft): boolean {
  return chosen !== undefined && isSame(hold, chosen);
}

/** Whether a hold is for whoever is meant by now; for whom one is that was found, nobody says. */
export function isForThem(known: Draft): boolean {
  const { heldFor, name, birthDate } = known;
  return !heldFor || (heldFor.name === name && heldFor.birthDate === birthDate);
}

/** Ask for the seat that was chosen. */
export function askForHold(): Sent {
  return begin("hold", "/v1/holds", { body: wishOf(draft()), meant: meantBy(draft()) });
}

/** Correct for whom a seat is held: on the same seat or not at all, or on another one too. */
export function askToCorrect({ hold_id: replaces }: Hold, keepsSeat: boolean): Sent {
  const body = { ...wishOf(draft()), replaces, keeps_seat: keepsSeat };
  return begin("correct", "/v1/holds", { body, meant: meantBy(draft()) });
}

function meantBy(known: Draft) {
  return { chosen: known.chosen, who: whoOf(known) };
}

function wishOf({ chosen, name, birthDate }: Draft) {
  const { office, service, date, session } = chosen ?? {};
  return { office, service, date, session, applicant: { name, birth_date: birthDate } };
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
