/** Why a change was not made, and what is left to do: the booking is what it was. */

import type { Problem } from "./api";
import { ChooseDate } from "./changing";
import { hours, longDate } from "./format";
import { type Alternative, Alternatives, tell } from "./problem";
import type { Kept } from "./tickets";
import { t } from "./own-words";

interface Props {
  kept: Kept;
  change: "move" | "cancel";
  problem: Problem;
  onRetry: () => void;
  /** Take another half day instead, of those that were told. */
  onPick: (alternative: Alternative) => void;
  onLeave: () => void;
}

/** Where another date may help; elsewhere choosing again would be refused again. */
const ANOTHER_DATE = new Set(["slot_full", "slot_closed", "not_open_yet", "not_offered", "unknown_slot"]);

export function Refused({ kept, change, problem, onRetry, onPick, onLeave }: Props) {
  const mayMove = change === "move" && ANOTHER_DATE.has(problem.code);
  const isAskedAgain = problem.status === 401 || problem.passes || problem.code === "expired";
  return (
    <>
      <div class="panel warn" role="alert">
        <p>{why(change, problem)}</p>
        <p>{t("change.unchanged", { date: longDate(kept.date), hour: hours(kept.hour, kept.timezone) })}</p>
      </div>
      <Alternatives here={kept.office} list={problem.body.alternatives} onPick={onPick} />
      {mayMove ? <ChooseDate kept={kept} /> : null}
      <div class="buttons">
        {isAskedAgain
          ? <button type="button" class="button" onClick={onRetry}>{t("ticket.again")}</button>
          : null}
        <button type="button" class="button second" onClick={onLeave}>
          {mayMove ? t("change.leave") : t("mine.open")}
        </button>
      </div>
    </>
  );
}

function why(change: Props["change"], problem: Problem): string {
  if (problem.code === "slot_full") return t("change.just_taken");
  if (problem.code === "too_late") return t(change === "move" ? "change.too_late_move" : "change.too_late_cancel");
  if (problem.code === "too_many_reschedules") return t("change.too_often");
  return tell(problem);
}
