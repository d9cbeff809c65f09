/** The half day that was chosen: repeated on every later screen, and found again from its name. */

import { call, type Schemas } from "./api";
import { now } from "./clock";
import { type Chosen, type Draft, keep } from "./draft";
import { hours, longDate, timeAt } from "./format";
import { serviceName, sessionName } from "./names";
import { findHalf } from "./seats";
import { t } from "./words";

/** A half day by its name, as holds and alternatives have it. */
export interface SlotName {
  office: string;
  service: string;
  date: string;
  session: Schemas["Session"];
}

/** Say when it is: "Rabu, 9 Januari 2019, Pagi". */
export function whenOf(slot: { date: string; session: Schemas["Session"] }): string {
  return `${longDate(slot.date)}, ${sessionName(slot.session)}`;
}

/** Where the dates of a service at an office are. */
export function datesPath(office: string, service: string | undefined): string {
  return `/kantor/${office}${service === undefined ? "" : `?layanan=${service}`}`;
}

/** Show what was chosen, in one panel. */
export function ChosenPanel({ chosen, change = true }: { chosen: Chosen; change?: boolean }) {
  return (
    <div class="panel" data-chosen={`${chosen.date}/${chosen.session}`}>
      <p>
        <b>{whenOf(chosen)}</b>, {hours(chosen.hours, chosen.timezone)}
        <br />
        {chosen.officeName}
        <br />
        <span class="soft">{serviceName(chosen.service)}</span>
      </p>
      {change ? <p><a class="reach" href={datesPath(chosen.office, chosen.service)}>{t("chosen.change")}</a></p> : null}
    </div>
  );
}

/** Find out what later screens say of a half day; raises Problem. */
export async function findChosen(slot: SlotName): Promise<Chosen> {
  const { office, service, date, session } = slot;
  const days = new URLSearchParams({ service, from: date, to: date });
  const [place, seats] = await Promise.all([
    call<Schemas["Office"]>(`/v1/offices/${office}`),
    call<Schemas["Availability"]>(`/v1/offices/${office}/availability?${days}`),
  ]);
  const { name, timezone } = place.body;
  const half = findHalf(seats.body.days, date, session);
  return { office, officeName: name, timezone, service, date, session, hours: half?.hours ?? "" };
}

/** Take up a hold that another page or an earlier visit began; raises Problem. */
export async function resumeHold(hold: Schemas["Hold"]): Promise<void> {
  const chosen = await findChosen(hold);
  // For whom of this phone's people it is held nobody says, so no name is shown with it.
  keep({ hold, chosen, service: hold.service, heldChosen: chosen, heldFor: null, extended: undefined });
}

/** Whether two half days are the same one. */
export function isSame(one: SlotName, other: SlotName): boolean {
  return one.office === other.office && one.service === other.service
    && one.date === other.date && one.session === other.session;
}

/** Give the hold of a draft while it stands. */
export function standing(draft: Draft): Schemas["Hold"] | null {
  const { hold } = draft;
  return hold !== undefined && Date.parse(hold.expires_at) > now().getTime() ? hold : null;
}

/** Say which seat is held, until when, and that it is not certain yet. */
export function toldOfHold({ hold, heldChosen }: Draft): string {
  if (hold === undefined) return "";
  return t("chosen.held", { when: whenOf(hold), time: timeAt(hold.expires_at, heldChosen?.timezone ?? "Asia/Jakarta") });
}

/** What is going on already, wherever its holder goes: a seat that is held, a booking that moves. */
export function GoingOn({ draft }: { draft: Draft }) {
  return (
    <>
      {standing(draft) === null ? null : (
        <div class="panel warn">
          <p>{toldOfHold(draft)}</p>
          <p><a class="button" href="/periksa">{t("chosen.goOn")}</a></p>
        </div>
      )}
      {draft.moves === undefined ? null : (
        <div class="panel">
          <p>{t("chosen.moves", { code: draft.moves })}</p>
          <p><a href={`/ubah/${draft.moves}`}>{t("chosen.stay")}</a></p>
        </div>
      )}
    </>
  );
}
