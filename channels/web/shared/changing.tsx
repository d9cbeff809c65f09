/** The three screens on which a change is decided: which one, to what, and whether really. */

import type { ComponentChildren } from "preact";
import { datesPath, whenOf } from "./chosen";
import { type Chosen, keep } from "./draft";
import { hours, longDate } from "./format";
import { TicketFacts } from "./ticket-panel";
import type { Kept } from "./tickets";
import { t } from "./own-words";

interface ChooseProps {
  kept: Kept;
  name: string;
  onCancel: () => void;
}

/** Move it or cancel it. A new date is chosen on the pages on which the first one was. */
export function Choose({ kept, name, onCancel }: ChooseProps) {
  return (
    <>
      <TicketFacts kept={kept} name={name} />
      <h2>{t("change.move_title")}</h2>
      <p>{t("change.old_stays")}</p>
      <p class="soft">{t("change.move_until")}</p>
      <ChooseDate kept={kept} />
      <h2>{t("change.cancel_title")}</h2>
      <p>{t("change.free")}</p>
      <div class="buttons">
        <button type="button" class="button danger" onClick={onCancel}>{t("change.cancel")}</button>
      </div>
    </>
  );
}

/** Two ways to another date: here, or elsewhere. */
export function ChooseDate({ kept }: { kept: Kept }) {
  const note = () => keep({ moves: kept.code, service: kept.service, chosen: undefined });
  return (
    <div class="buttons">
      <a class="button" href={datesPath(kept.office, kept.service)} onClick={note}>{t("change.other_date")}</a>
      <a class="button second" href={`/kantor?layanan=${kept.service}`} onClick={note}>{t("change.other_office")}</a>
    </div>
  );
}

interface MoveProps {
  kept: Kept;
  chosen: Chosen;
  onMove: () => void;
  onLeave: () => void;
}

/** Show what is given up beside what is had for it. */
export function Move({ kept, chosen, onMove, onLeave }: MoveProps) {
  return (
    <>
      <Side title={t("change.from")}>
        <p>{longDate(kept.date)}, {hours(kept.hour, kept.timezone)}<br />{kept.officeName}</p>
      </Side>
      <Side title={t("change.to")} isNew>
        <p>
          <strong>{whenOf(chosen)}</strong>{" "}
          ({hours(chosen.hours, chosen.timezone)})<br />{chosen.officeName}
        </p>
      </Side>
      <p>{t("change.old_stays")}</p>
      <p class="soft">{t("change.hour_later")}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={onMove}>{t("change.move")}</button>
        <a class="button second" href={datesPath(chosen.office, chosen.service)}>{t("change.other_date")}</a>
        <button type="button" class="button second" onClick={onLeave}>{t("change.leave")}</button>
      </div>
    </>
  );
}

function Side({ title, isNew = false, children }: { title: string; isNew?: boolean; children: ComponentChildren }) {
  return (
    <section class={isNew ? "panel good" : "panel"}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface CancelProps {
  kept: Kept;
  name: string;
  onCancel: () => void;
  onLeave: () => void;
}

/** Ask once whether it is really meant: a place that is given up cannot be taken back. */
export function Cancel({ kept, name, onCancel, onLeave }: CancelProps) {
  return (
    <>
      <TicketFacts kept={kept} name={name} />
      <p class="panel warn">{t("change.cancel_sure")}</p>
      <div class="buttons">
        <button type="button" class="button danger" onClick={onCancel}>{t("change.cancel_yes")}</button>
        <button type="button" class="button" onClick={onLeave}>{t("change.cancel_no")}</button>
      </div>
    </>
  );
}
