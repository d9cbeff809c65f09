/** C7 and C8: check, hold, confirm. Nothing is certain before the ticket, and the page says so. */

import type { ComponentChildren } from "preact";
import { datesPath, standing, whenOf } from "../shared/chosen";
import { type Draft, draft, keep } from "../shared/draft";
import { timeAt } from "../shared/format";
import { Frame } from "../shared/frame";
import { Login } from "../shared/later-parts";
import { start } from "../shared/start";
import { t, type Word } from "../shared/words";
import { Held } from "./check/held";
import { Refused } from "./check/refused";
import { type Acts, type Stage, useStages } from "./check/stages";
import { Bring, Summary } from "./check/summary";
import { Working } from "./check/working";

const TITLES: Record<Stage["at"], Word> = {
  nothing: "check.nothing.title",
  check: "check.title",
  clash: "check.clash.title",
  held: "held.title",
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
    case "held": return <HeldOf known={known} acts={acts} />;
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
      <Summary chosen={chosen} change />
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
  const { hold, heldChosen, heldFor, chosen } = known;
  if (hold === undefined) return null;
  const goOn = () => {
    const [, name, birthDate] = /^(.*) (\d{4}-\d\d-\d\d)$/.exec(heldFor ?? "") ?? [];
    keep({ chosen: heldChosen, ...(name && birthDate ? { name, birthDate } : {}) });
    acts.look();
  };
  const time = timeAt(hold.expires_at, heldChosen?.timezone ?? "Asia/Jakarta");
  return (
    <>
      <div class="panel warn">
        <p>{t("chosen.held", { when: whenOf(hold), time })}</p>
        <p>{t("check.clash")}</p>
      </div>
      <div class="buttons">
        <button type="button" class="button" onClick={goOn}>{t("check.clash.keep", { when: whenOf(hold) })}</button>
        <button type="button" class="button second" onClick={acts.release}>
          {chosen === undefined ? t("held.release") : t("check.clash.other", { when: whenOf(chosen) })}
        </button>
      </div>
      <p class="hint">{t("held.release.hint")}</p>
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
