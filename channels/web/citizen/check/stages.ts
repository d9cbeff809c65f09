/** How far the visit is: what is shown, what is under way, what came of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { call, Problem, type Schemas } from "../../shared/api";
import { bornOf } from "../../shared/birth";
import { datesPath, standing } from "../../shared/chosen";
import { now } from "../../shared/clock";
import { draft, keep } from "../../shared/draft";
import { forget, type Kind, perform, type Progress, type Sent, unfinished } from "../../shared/send";
import {
  askForHold, askForTime, askToConfirm, askToCorrect, askToRelease, isComplete, isForThem, isOver, isThere, OURS, whoOf,
} from "./commands";

type Hold = Schemas["Hold"];

export type Stage =
  | { at: "nothing" | "check" | "clash" | "other" | "held" | "gone" | "expired" }
  | { at: "working"; sent: Sent; why: Problem | null }
  | { at: "login"; sent: Sent }
  | { at: "refused"; kind: Kind; problem: Problem };

export interface Acts {
  lock: () => void;
  take: () => void;
  extend: () => void;
  release: () => void;
  /** Give the seat up for one that is free, for whoever was typed last. */
  swap: () => void;
  /** Leave the hold as it is: where, and for whom, it was taken. */
  stay: () => void;
  resume: (sent: Sent) => void;
  /** Show what the draft says. */
  look: () => void;
  /** Ask how long the hold stands, and show it. */
  ask: () => void;
}

/** Give the stage and what can be done; what was under way when the page was left goes on. */
export function useStages(): [Stage, Acts] {
  const [stage, setStage] = useState<Stage>(stageOfDraft);
  const gone = useRef(new AbortController());
  const isBusy = useRef(false);
  const resume = (sent: Sent) => {
    isBusy.current = true;
    void carryOut(sent, setStage, gone.current.signal).finally(() => { isBusy.current = false; });
  };
  useEffect(() => {
    const sent = unfinished();
    if (sent !== null && OURS.includes(sent.kind)) resume(sent);
    // A page that comes back as it was left may show what is no longer so.
    const again = (event: PageTransitionEvent) => { if (event.persisted) location.reload(); };
    addEventListener("pageshow", again);
    return () => { gone.current.abort(); removeEventListener("pageshow", again); };
  }, []);
  // One at a time: a second tap, before the page has changed, must not be a second command.
  const start = (ask: () => Sent) => { if (!isBusy.current) resume(ask()); };
  const withHold = (ask: (hold: Hold) => Sent) => () => {
    const { hold } = draft();
    if (hold === undefined) setStage(stageOfDraft());
    else start(() => ask(hold));
  };
  return [stage, {
    lock: () => start(askForHold),
    take: withHold(askToConfirm),
    extend: withHold(askForTime),
    release: withHold(askToRelease),
    swap: withHold((hold) => askToCorrect(hold, false)),
    stay: () => { stay(); setStage(stageOfDraft()); },
    resume,
    look: () => setStage(stageOfDraft()),
    // What is under way says more than a list that was asked for before it.
    ask: () => { void stageOfList().then((found) => { if (!isBusy.current) setStage(found); }); },
  }];
}

/** Tell from the draft alone where its owner stands. */
function stageOfDraft(): Stage {
  const known = draft();
  const hold = standing(known);
  if (hold !== null && !isThere(hold, known)) return { at: "clash" };
  if (hold !== null) return { at: isForThem(known) ? "held" : "other" };
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
    if (sent.kind === "extend" && NO_MORE.has(error.code)) return tell(await stageOfTime(error));
    if (sent.kind === "correct" && error.code === "seat_not_kept") return tell(stageOfDraft());
    tell(fail(sent.kind, error));
  }
}

function succeed(sent: Sent, body: unknown, tell: (stage: Stage) => void): void {
  if (sent.kind === "confirm") return goToTicket(body as Schemas["Ticket"]);
  if (sent.kind === "release") return afterRelease(tell);
  if (sent.kind === "extend") keep({ hold: body as Hold, extended: true });
  if (sent.kind === "hold" || sent.kind === "correct") takeHold(sent, body as Hold);
  tell(stageOfDraft());
}

/** A seat that was given up is not offered at once: its holder chooses another one. */
function afterRelease(tell: (stage: Stage) => void): void {
  const known = draft();
  const { hold, chosen } = known;
  dropHold();
  if (hold === undefined || chosen === undefined || !isThere(hold, known)) return tell(stageOfDraft());
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

/** Remember a hold, and for whom it is; a correction on the same seat does not prolong it. */
function takeHold({ meant }: Sent, hold: Hold): void {
  const known = draft();
  const isAsBefore = known.hold?.expires_at === hold.expires_at;
  const extended = isAsBefore && known.extended === true;
  const { chosen, who } = meant ?? { chosen: known.chosen, who: whoOf(known) };
  keep({ hold, heldChosen: chosen, heldFor: who, extended });
}

/** Want what is held again, instead of what was chosen or typed since. */
function stay(): void {
  const { heldChosen, heldFor } = draft();
  keep({ chosen: heldChosen, ...(heldFor ? { ...heldFor, born: bornOf(heldFor.birthDate) } : {}) });
}

/** Ask how long the hold stands: it may have been extended, or have ended, on another page. */
async function stageOfList(): Promise<Stage> {
  const before = draft().hold;
  try {
    const { body } = await call<Schemas["Mine"]>("/v1/bookings");
    const hold = body.holds.find((one) => one.hold_id === before?.hold_id);
    if (hold !== undefined) keep({ hold });
    else if (before !== undefined && Date.parse(before.expires_at) > now().getTime()) {
      dropHold();
      return { at: "gone" };
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // then what is known here decides
  }
  return stageOfDraft();
}

/** It stands as long as it may: longer than is known here, where another page asked for that. */
async function stageOfTime({ body }: Problem): Promise<Stage> {
  const { hold } = keep({ extended: true });
  // A booking worker of the release before does not say until when.
  if (hold === undefined || !body.expires_at) return stageOfList();
  keep({ hold: { ...hold, expires_at: body.expires_at } });
  return stageOfDraft();
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
