/** How far the visit is: what is shown, what is under way, what came of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { call, Problem, type Schemas } from "../../shared/api";
import { datesPath, standing } from "../../shared/chosen";
import { draft, keep } from "../../shared/draft";
import { forget, type Kind, perform, type Progress, type Sent, unfinished } from "../../shared/send";
import {
  askForHold, askForTime, askToConfirm, askToRelease, isComplete, isOver, isWanted, OURS, whoOf,
} from "./commands";

type Hold = Schemas["Hold"];

export type Stage =
  | { at: "nothing" | "check" | "clash" | "held" | "expired" }
  | { at: "working"; sent: Sent; why: Problem | null }
  | { at: "login"; sent: Sent }
  | { at: "refused"; kind: Kind; problem: Problem };

export interface Acts {
  lock: () => void;
  take: () => void;
  extend: () => void;
  release: () => void;
  resume: (sent: Sent) => void;
  look: () => void;
  expire: () => void;
}

/** Give the stage and what can be done; what was under way when the page was left goes on. */
export function useStages(): [Stage, Acts] {
  const [stage, setStage] = useState<Stage>(stageOfDraft);
  const gone = useRef(new AbortController());
  const resume = (sent: Sent) => { void carryOut(sent, setStage, gone.current.signal); };
  useEffect(() => {
    const sent = unfinished();
    if (sent !== null && OURS.includes(sent.kind)) resume(sent);
    // A page that comes back as it was left may show what is no longer so.
    const again = (event: PageTransitionEvent) => { if (event.persisted) location.reload(); };
    addEventListener("pageshow", again);
    return () => { gone.current.abort(); removeEventListener("pageshow", again); };
  }, []);
  const withHold = (ask: (hold: Hold) => Sent) => () => {
    const { hold } = draft();
    if (hold === undefined) setStage(stageOfDraft());
    else resume(ask(hold));
  };
  return [stage, {
    lock: () => resume(askForHold()),
    take: withHold(askToConfirm),
    extend: withHold(askForTime),
    release: withHold(askToRelease),
    resume,
    look: () => setStage(stageOfDraft()),
    expire: () => { void lookAgain(setStage); },
  }];
}

/** Tell from the draft alone where its owner stands. */
function stageOfDraft(): Stage {
  const known = draft();
  const hold = standing(known);
  if (hold !== null) return { at: isWanted(hold, known) ? "held" : "clash" };
  if (known.hold !== undefined) {
    dropHold();
    return { at: "expired" };
  }
  return { at: isComplete(known) ? "check" : "nothing" };
}

async function carryOut(sent: Sent, tell: (stage: Stage) => void, signal: AbortSignal): Promise<void> {
  tell({ at: "working", sent, why: null });
  let last: Problem | null = null; // said until the next try has an answer
  try {
    const progress: Progress = (state, _request, why) => {
      if (state !== "sending") last = why ?? null;
      tell({ at: "working", sent, why: last });
    };
    const body = await perform<unknown>(sent, progress, signal);
    forget();
    succeed(sent, body, tell);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    if (error.code === "login_required") return tell({ at: "login", sent });
    forget();
    if (sent.kind === "extend" && NO_MORE.has(error.code)) return noMore(error, tell);
    tell(fail(sent.kind, error));
  }
}

function succeed(sent: Sent, body: unknown, tell: (stage: Stage) => void): void {
  if (sent.kind === "confirm") return goToTicket(body as Schemas["Ticket"]);
  if (sent.kind === "release") return afterRelease(tell);
  if (sent.kind === "extend") keep({ hold: body as Hold, extended: true });
  if (sent.kind === "hold") {
    keep({ hold: body as Hold, heldChosen: draft().chosen, heldFor: whoOf(draft()), extended: false });
  }
  tell(stageOfDraft());
}

/** A seat that was given up is not offered at once: its holder chooses another one. */
function afterRelease(tell: (stage: Stage) => void): void {
  const known = draft();
  const { hold, chosen } = known;
  dropHold();
  if (hold === undefined || chosen === undefined || !isWanted(hold, known)) return tell(stageOfDraft());
  keep({ chosen: undefined });
  location.replace(datesPath(chosen.office, chosen.service));
}

const NO_MORE = new Set(["already_extended", "not_extendable"]);

function fail(kind: Kind, problem: Problem): Stage {
  if (kind === "hold") return { at: "refused", kind, problem };
  if (!isOver(problem)) return { at: "refused", kind, problem };
  dropHold();
  return kind === "release" ? stageOfDraft() : { at: "expired" };
}

/** Ask how long the hold stands before it is said to be over: it may have been extended elsewhere. */
async function lookAgain(tell: (stage: Stage) => void): Promise<void> {
  const id = draft().hold?.hold_id;
  try {
    const { body } = await call<Schemas["Mine"]>("/v1/bookings");
    const hold = body.holds.find((one) => one.hold_id === id);
    if (hold !== undefined) keep({ hold });
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // then what is known here decides
  }
  tell(stageOfDraft());
}

/** It stands as long as it may: longer than is known here, where another page asked for that. */
function noMore({ body }: Problem, tell: (stage: Stage) => void): Promise<void> | void {
  const { hold } = keep({ extended: true });
  // A booking worker of the release before does not say until when.
  if (hold === undefined || !body.expires_at) return lookAgain(tell);
  keep({ hold: { ...hold, expires_at: body.expires_at } });
  tell(stageOfDraft());
}

function dropHold(): void {
  keep({ hold: undefined, heldChosen: undefined, heldFor: undefined, extended: undefined });
}

/** The visit is certain: what was typed for it is needed no more, and its ticket is shown. */
function goToTicket(ticket: Schemas["Ticket"]): void {
  dropHold();
  keep({ chosen: undefined, name: undefined, birthDate: undefined, born: undefined });
  location.replace(`/tiket/${ticket.booking_code}`);
}
