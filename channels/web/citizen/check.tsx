/** C7 and C8: check, hold, confirm. Nothing is certain before the ticket, and the page says so. */

import type { ComponentChildren } from "preact";
import { Bring } from "../shared/bring";
import { datesPath, standing, whenOf } from "../shared/chosen";
import { type Draft, draft } from "../shared/draft";
import { timeAt } from "../shared/format";
import { Frame } from "../shared/frame";
import { Login } from "../shared/later-parts";
import { start } from "../shared/start";
import { t, type Word } from "../shared/words";
import { Held } from "./check/held";
import { Refused } from "./check/refused";
import { type Acts, type Stage, useStages } from "./check/stages";
import { Summary } from "./check/summary";
import { Working } from "./check/working";

const TITLES: Record<Stage["at"], Word> = {
  nothing: "check.nothing.title",
  check: "check.title",
  clash: "check.clash.title",
  other: "other.title",
  held: "held.title",
  gone: "gone.title",
  expired: "expired.title",
  working: "working.title",
  login: "applicant.proof",
  refused: "refused.title",
};

function Check() {
  const [stage, acts] = useStages();
  const back = stage.at === "check" ? "/data" : undefined;
  return <Frame title={t(TITLES[stage.at])} back={back}>{contentOf(stage, acts, draft())}</Frame>;
}

function contentOf(stage: Stage, acts: Acts, known: Draft): ComponentChildren {
  switch (stage.at) {
    case "nothing": return <Nothing known={known} />;
    case "check": return <Ready known={known} acts={acts} />;
    case "clash": return <Clash known={known} acts={acts} />;
    case "other": return <Other known={known} acts={acts} />;
    case "held": return <HeldOf known={known} acts={acts} />;
    case "gone": return <Gone />;
    case "expired": return <Expired known={known} />;
    case "working": return <><Repeated known={known} /><Working sent={stage.sent} why={stage.why} /></>;
    case "login": return (
      <><Repeated known={known} /><p>{t("check.login")}</p><Login onProven={() => acts.resume(stage.sent)} /></>
    );
    case "refused": return <Refused kind={stage.kind} problem={stage.problem} acts={acts} />;
  }
}

interface Props {
  known: Draft;
  acts: Acts;
}

/** Something is missing, as on a page that was opened anew: the way to it. */
function Nothing({ known }: { known: Draft }) {
  const hasDate = known.chosen !== undefined;
  return (
    <>
      <p>{t(hasDate ? "check.nothing.who" : "check.nothing")}</p>
      <div class="buttons">
        <a class="button" href={hasDate ? "/data" : "/layanan"}>{t(hasDate ? "check.nothing.data" : "check.nothing.begin")}</a>
        <a class="button second" href="/jadwal">{t("frame.mine")}</a>
      </div>
    </>
  );
}

function Ready({ known: { chosen }, acts }: Props) {
  if (chosen === undefined) return null;
  return (
    <>
      <Summary chosen={chosen} />
      <div class="buttons"><button type="button" class="button" onClick={acts.lock}>{t("check.lock")}</button></div>
      <p class="hint">{t("check.lock.hint")}</p>
      <Bring />
    </>
  );
}

function HeldOf({ known, acts }: Props) {
  const hold = standing(known);
  if (hold === null || known.chosen === undefined) return null;
  return <Held hold={hold} chosen={known.chosen} extended={known.extended === true} acts={acts} />;
}

/** Another seat is held still: one at a time, and which one is theirs to say. */
function Clash({ known, acts }: Props) {
  const { hold, heldChosen, chosen } = known;
  if (hold === undefined) return null;
  const time = timeAt(hold.expires_at, heldChosen?.timezone ?? "Asia/Jakarta");
  return (
    <>
      <div class="panel warn">
        <p>{t("chosen.held", { when: whenOf(hold), time })}</p>
        <p>{t("check.clash")}</p>
      </div>
      <div class="buttons">
        <button type="button" class="button" onClick={acts.stay}>{t("check.clash.keep", { when: whenOf(hold) })}</button>
        <button type="button" class="button second" onClick={acts.release}>
          {chosen === undefined ? t("held.release") : t("check.clash.other", { when: whenOf(chosen) })}
        </button>
      </div>
      <p class="hint">{t("held.release.hint")}</p>
    </>
  );
}

/** What was typed is another person's: the seat does not go to them, and whether to give it up is asked. */
function Other({ known, acts }: Props) {
  const { hold, heldFor, name } = known;
  if (hold === undefined || !heldFor || name === undefined) return null;
  return (
    <>
      <div class="panel warn">
        <p>{t("other.seat", { when: whenOf(hold), who: heldFor.name })}</p>
        <p>{t("other.lost", { who: name })}</p>
      </div>
      <div class="buttons">
        <button type="button" class="button" onClick={acts.stay}>{t("other.stay", { who: heldFor.name })}</button>
        <button type="button" class="button danger" onClick={acts.swap}>{t("other.swap", { who: name })}</button>
        <a class="button second" href="/data">{t("other.data")}</a>
      </div>
    </>
  );
}

/** The hold was confirmed, given back or corrected on another page. */
function Gone() {
  return (
    <>
      <p class="panel warn">{t("gone.text")}</p>
      <div class="buttons">
        <a class="button" href="/jadwal">{t("frame.mine")}</a>
        <a class="button second" href="/layanan">{t("check.nothing.begin")}</a>
      </div>
    </>
  );
}

function Expired({ known: { chosen } }: { known: Draft }) {
  return (
    <>
      <p class="panel warn" data-expired>{t("expired.text")}</p>
      <div class="buttons">
        <a class="button" href={chosen === undefined ? "/kantor" : datesPath(chosen.office, chosen.service)}>{t("expired.again")}</a>
      </div>
    </>
  );
}

/** What was chosen, while there is something else to do. */
function Repeated({ known: { chosen } }: { known: Draft }) {
  return chosen === undefined ? null : <p><b>{whenOf(chosen)}</b>, {chosen.officeName}</p>;
}

void start(Check);
