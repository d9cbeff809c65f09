/** A booking is moved or cancelled; what it was stays until the change is certain. */

import { useState } from "preact/hooks";
import type { Problem, Schemas } from "../shared/api";
import { Cancel, Choose, Move } from "../shared/changing";
import { datesPath, findChosen } from "../shared/chosen";
import { codeOfPage, isWhole } from "../shared/codes";
import { draft, keep } from "../shared/draft";
import { Frame } from "../shared/frame";
import { Prove } from "../shared/later-parts";
import { NoSuchCode } from "../shared/no-such-code";
import { type Alternative, Trouble } from "../shared/problem";
import { Refused } from "../shared/refused-change";
import { begin, type Sent, unfinished } from "../shared/send";
import { start } from "../shared/start";
import { TicketFacts } from "../shared/ticket-panel";
import { isPast, type Kept, keepTicket, noteCancelled, opener } from "../shared/tickets";
import { UnderWay } from "../shared/under-way";
import { type Seen, useTicket } from "../shared/use-ticket";
import { t } from "../shared/own-words";

type Change = "move" | "cancel";

/** What is still to be decided, or to be decided again. */
type Open =
  | { at: "choose" | Change }
  | { at: "refused"; change: Change; problem: Problem };

type Step = Open | { at: "sent"; sent: Sent } | { at: "moved"; kept: Kept } | { at: "cancelled" };

const TITLES = {
  choose: "change.title",
  cancel: "change.cancel_title",
  move: "change.move_title",
  refused: "change.refused",
} as const;

const code = codeOfPage();
const path = `/v1/bookings/${code}/`;

/** Go on where the reader was: also after a reload, and after a new date was chosen. */
function firstStep(): Step {
  const sent = unfinished();
  if (sent !== null && sent.path.startsWith(path)) return { at: "sent", sent };
  const { moves, chosen } = draft();
  if (moves === code && chosen !== undefined) return { at: "move" };
  if (moves === code) forgetMove();
  return { at: location.hash === "#batal" ? "cancel" : "choose" };
}

function send(change: Change): Step {
  const { chosen } = draft();
  if (change === "cancel") return { at: "sent", sent: begin("cancel", `${path}cancel`, opener(code)) };
  const body: Schemas["SlotWish"] | undefined = chosen && {
    office: chosen.office, service: chosen.service, date: chosen.date, session: chosen.session,
  };
  return { at: "sent", sent: begin("move", `${path}reschedule`, { body, ...opener(code) }) };
}

/** Choose what was offered instead; where it cannot be read, on the page of its dates. */
async function choose(one: Alternative, chosen: () => void): Promise<void> {
  try {
    keep({ moves: code, chosen: await findChosen(one) });
    chosen();
  } catch {
    location.assign(datesPath(one.office, one.service));
  }
}

function forgetMove(): void {
  keep({ moves: undefined, chosen: undefined });
}

function Page() {
  const [step, setStep] = useState<Step>(firstStep);
  switch (step.at) {
    case "sent":
      return <Waiting sent={step.sent} setStep={setStep} />;
    case "moved":
      return <Moved kept={step.kept} />;
    case "cancelled":
      return <Cancelled />;
    default:
      return <Deciding step={step} setStep={setStep} />;
  }
}

interface OpenProps {
  step: Open;
  setStep: (step: Step) => void;
}

function Waiting({ sent, setStep }: { sent: Sent; setStep: (step: Step) => void }) {
  const isMove = sent.kind === "move";
  function isDone(body: Schemas["Ticket"] | Schemas["GivenBack"]): void {
    if (!("service_hour" in body)) {
      noteCancelled(code);
      return setStep({ at: "cancelled" });
    }
    forgetMove();
    setStep({ at: "moved", kept: keepTicket(body).kept });
  }
  return (
    <Frame title={isMove ? t("change.moving") : t("change.cancelling")}>
      <UnderWay<Schemas["Ticket"] | Schemas["GivenBack"]>
        sent={sent}
        doing={isMove ? t("change.moves") : t("change.cancels")}
        onDone={isDone}
        onRefused={(problem) => setStep({ at: "refused", change: isMove ? "move" : "cancel", problem })}
      />
      {isMove ? <p>{t("change.old_stays")}</p> : null}
    </Frame>
  );
}

function Moved({ kept }: { kept: Kept }) {
  return (
    <Frame back="/jadwal" title={t("change.moved")}>
      <div class="panel good">
        <p>{t("change.moved_why")}</p>
        <TicketFacts kept={kept} name={null} />
      </div>
      <div class="buttons"><a class="button" href={`/tiket/${code}`}>{t("mine.open")}</a></div>
    </Frame>
  );
}

function Cancelled() {
  return (
    <Frame back="/jadwal" title={t("change.cancelled")}>
      <div class="panel good">
        <p>{t("change.cancelled_why", { code })}</p>
        <p>{t("change.cancelled_thanks")}</p>
      </div>
      <div class="buttons">
        <a class="button" href="/layanan">{t("ticket.take_new")}</a>
        <a class="button second" href="/jadwal">{t("frame.mine")}</a>
      </div>
    </Frame>
  );
}

/** Show the booking as it is now and let its holder decide; who has not proven it does so first. */
function Deciding({ step, setStep }: OpenProps) {
  const [seen, again] = useTicket(code);
  return (
    <Frame back={`/tiket/${code}`} title={t(TITLES[step.at])}>
      {seen.at === "fresh"
        ? <Decision kept={seen.fresh.kept} name={seen.fresh.name} step={step} setStep={setStep} again={again} />
        : <NotYet seen={seen} again={again} />}
    </Frame>
  );
}

function NotYet({ seen, again }: { seen: Exclude<Seen, { at: "fresh" }>; again: () => void }) {
  if (seen.at === "looking") return <p role="status">{t("ticket.looks")}</p>;
  if (seen.at !== "proof" && seen.problem.passes) {
    const why = seen.problem.code === "offline" ? { text: t("change.offline") } : {};
    return <Trouble problem={seen.problem} {...why} />;
  }
  return (
    <>
      <p>{t("change.prove_why", { code })}</p>
      <Prove code={code} onProven={again} />
    </>
  );
}

interface DecisionProps extends OpenProps {
  kept: Kept;
  name: string;
  again: () => void;
}

function Decision({ kept, name, step, setStep, again }: DecisionProps) {
  const leave = () => {
    forgetMove();
    location.assign(`/tiket/${code}`);
  };
  if (step.at === "refused") {
    const retry = () => { again(); setStep({ at: step.change }); };
    const pick = (one: Alternative) => void choose(one, () => setStep({ at: "move" }));
    return <Refused {...step} kept={kept} onRetry={retry} onPick={pick} onLeave={leave} />;
  }
  if (kept.state !== "confirmed" || isPast(kept)) {
    return (
      <>
        <p class="panel warn">{t("change.over")}</p>
        <div class="buttons"><a class="button" href={`/tiket/${code}`}>{t("mine.open")}</a></div>
      </>
    );
  }
  const chosen = draft().chosen;
  if (step.at === "cancel") {
    return <Cancel kept={kept} name={name} onCancel={() => setStep(send("cancel"))} onLeave={leave} />;
  }
  if (step.at === "move" && chosen !== undefined) {
    return <Move kept={kept} chosen={chosen} onMove={() => setStep(send("move"))} onLeave={leave} />;
  }
  return <Choose kept={kept} name={name} onCancel={() => setStep({ at: "cancel" })} />;
}

void start(isWhole(code) ? Page : NoSuchCode);
