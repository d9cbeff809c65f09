/** Why a seat was not given, and the shortest way to one. */

import { useState } from "preact/hooks";
import { Problem } from "../../shared/api";
import { datesPath, findChosen, whenOf } from "../../shared/chosen";
import { draft, keep } from "../../shared/draft";
import { type Alternative, Alternatives, Trouble } from "../../shared/problem";
import type { Kind } from "../../shared/send";
import { t } from "../../shared/words";
import { AlreadyBooked } from "./already";
import type { Acts } from "./stages";

interface Props {
  kind: Kind;
  problem: Problem;
  acts: Acts;
}

/** Refusals after which the same may be asked for again. */
const AGAIN = new Set(["expired", "internal", "overloaded", "needs_attention", "idempotency_conflict", "wrong_code"]);
const TAKEN = new Set(["slot_full", "slot_closed", "unknown_slot"]);

export function Refused({ kind, problem, acts }: Props) {
  const { chosen } = draft();
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const pick = async (one: Alternative) => {
    try {
      keep({ chosen: await findChosen(one), service: one.service });
      acts.look();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setTrouble(error);
    }
  };
  const { heldFor } = draft();
  // A correction that was refused changed nothing: the seat is held for whom it was.
  const kept = kind === "correct" && heldFor ? t("other.kept", { who: heldFor.name }) : t("refused.kept");
  const taken = problem.code === "slot_full" && chosen !== undefined;
  return (
    <>
      <Trouble
        problem={problem} timezone={chosen?.timezone} byItself={false}
        {...(taken ? { text: t(kind === "correct" ? "other.full" : "refused.taken", { when: whenOf(chosen) }) } : {})}
      >
        <p class="soft">{kept}</p>
      </Trouble>
      {trouble === null ? null : <Trouble problem={trouble} byItself={false} />}
      {problem.code === "already_booked" && chosen !== undefined ? <AlreadyBooked service={chosen.service} acts={acts} /> : null}
      <Alternatives here={chosen?.office ?? ""} list={problem.body.alternatives} onPick={(one) => void pick(one)} />
      <Ways kind={kind} code={problem.code} acts={acts} />
    </>
  );
}

function Ways({ kind, code, acts }: { kind: Kind; code: string; acts: Acts }) {
  const { chosen } = draft();
  const dates = chosen === undefined ? "/kantor" : datesPath(chosen.office, chosen.service);
  const isTheirs = code === "already_booked" || code === "too_many_for_phone";
  return (
    <div class="buttons">
      {code === "invalid" ? <a class="button" href="/data">{t("refused.data")}</a> : null}
      {isTheirs ? <a class="button" href="/jadwal">{t("refused.mine")}</a> : null}
      {kind === "correct" ? <button type="button" class="button" onClick={acts.stay}>{t("other.goOn")}</button> : null}
      {AGAIN.has(code) ? <button type="button" class="button" onClick={acts.look}>{t("refused.again")}</button> : null}
      {kind === "hold" && !isTheirs ? (
        <a class={TAKEN.has(code) ? "button" : "button second"} href={dates}>{t("refused.dates")}</a>
      ) : null}
    </div>
  );
}
