/** One ticket: certain, over, cancelled or moved, each as a screen of its own; offline once seen. */

import { Bring } from "../shared/bring";
import { codeOfPage, isWhole } from "../shared/codes";
import { momentAt } from "../shared/format";
import { Frame } from "../shared/frame";
import { Prove } from "../shared/later-parts";
import { NoSuchCode } from "../shared/no-such-code";
import { Trouble } from "../shared/problem";
import { start } from "../shared/start";
import { TicketActions } from "../shared/ticket-actions";
import { TicketFacts, TicketPanel } from "../shared/ticket-panel";
import { isPast, type Kept, wasMoved } from "../shared/tickets";
import { type Seen, useTicket } from "../shared/use-ticket";
import { t } from "../shared/own-words";

type Standing = "sure" | "past" | "visited" | "cancelled" | "moved";

const code = codeOfPage();

function Page() {
  const [seen, again] = useTicket(code);
  const kept = keptOf(seen);
  if (kept === null) return <WithoutTicket seen={seen} again={again} />;
  const standing = standingOf(kept);
  return (
    <Frame back="/jadwal" title={t(`ticket.is_${standing}`)}>
      <Notice seen={seen} />
      {standing === "sure" ? <Sure seen={seen} kept={kept} again={again} /> : <Over kept={kept} standing={standing} />}
    </Frame>
  );
}

function keptOf(seen: Seen): Kept | null {
  if (seen.at === "fresh") return seen.fresh.kept;
  return seen.at === "looking" || seen.at === "copy" ? seen.kept : null;
}

function standingOf(kept: Kept): Standing {
  if (kept.state !== "confirmed") return kept.state;
  return isPast(kept) ? "past" : "sure";
}

function Sure({ seen, kept, again }: { seen: Seen; kept: Kept; again: () => void }) {
  const fresh = seen.at === "fresh" ? seen.fresh : null;
  return (
    <>
      {fresh !== null && wasMoved(fresh) ? <p class="panel warn">{t("ticket.was_moved")}</p> : null}
      <TicketPanel kept={kept} name={fresh?.name ?? null} />
      <CheckAgain seen={seen} again={again} />
      <Bring />
      <p>{t("ticket.early")} {t("ticket.late")}</p>
      <TicketActions kept={kept} />
    </>
  );
}

/** A ticket that nobody is served with any more: said first, and without a QR code to show. */
function Over({ kept, standing }: { kept: Kept; standing: Exclude<Standing, "sure"> }) {
  return (
    <>
      <p class={standing === "visited" ? "panel good" : "panel warn"}>{t(`ticket.why_${standing}`)}</p>
      <p>{t("ticket.code")} <strong>{kept.code}</strong></p>
      <TicketFacts kept={kept} name={null} />
      <div class="buttons">
        {standing === "visited" ? null : <a class="button" href="/layanan">{t("ticket.take_new")}</a>}
        <a class="button second" href="/jadwal">{t("frame.mine")}</a>
      </div>
    </>
  );
}

/** Say how old a copy is, and why there is nothing newer. */
function Notice({ seen }: { seen: Seen }) {
  if (seen.at === "looking") return <p class="unseen" role="status">{t("ticket.looks")}</p>;
  if (seen.at !== "copy") return null;
  const { kept, problem } = seen;
  const checked = t("ticket.checked", { moment: momentAt(kept.checkedAt, kept.timezone) });
  if (!problem.passes) return <p class="soft">{t("ticket.copy")} {checked}</p>;
  const why = problem.code === "offline" ? { text: t("ticket.offline") } : {};
  return <Trouble problem={problem} {...why}><p>{checked}</p></Trouble>;
}

/** A copy is good for the counter; whether it still holds, only its holder may ask. */
function CheckAgain({ seen, again }: { seen: Seen; again: () => void }) {
  if (seen.at !== "copy" || seen.problem.passes) return null;
  return (
    <details class="panel">
      <summary>{t("ticket.check_again")}</summary>
      <Prove code={seen.kept.code} onProven={again} />
    </details>
  );
}

function WithoutTicket({ seen, again }: { seen: Seen; again: () => void }) {
  if (seen.at === "proof") {
    return (
      <Frame back="/jadwal" title={t("ticket.prove")}>
        <p>{t("ticket.prove_why", { code })}</p>
        <Prove code={code} onProven={again} />
      </Frame>
    );
  }
  if (seen.at === "trouble") {
    return (
      <Frame back="/jadwal" title={t("ticket.title")}>
        <Trouble problem={seen.problem} />
        <div class="buttons"><button type="button" class="button" onClick={again}>{t("ticket.again")}</button></div>
      </Frame>
    );
  }
  return <Frame back="/jadwal" title={t("ticket.title")}><p class="waiting" role="status">{t("ticket.looks")}</p></Frame>;
}

void start(isWhole(code) ? Page : NoSuchCode);
