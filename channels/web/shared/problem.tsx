/** How each answer that is not what was asked for is told: what happened, and what to do now. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Problem, Schemas } from "./api";
import { now } from "./clock";
import { longDate, momentAt } from "./format";
import { Countdown, useNow } from "./moments";
import { serviceName, sessionName } from "./names";
import { say } from "./say";
import { isWord, t, type Values } from "./words";

export type Alternative = Schemas["Alternative"];

const REPORT_LENGTH = 8;

/** Say in words why not. `timezone` is that of the office, for when it opens. */
export function tell(problem: Problem, timezone = "Asia/Jakarta"): string {
  const { opens_at: opens, tries_left: tries, report_id: report } = problem.body;
  const values: Values = { tries: tries ?? 0 };
  if (opens) values["opens"] = momentAt(opens, timezone);
  const word = `problem.${problem.code}`;
  const known = isWord(word) ? t(word, values) : t("problem.internal");
  const named = report ? t("problem.report", { report: report.slice(0, REPORT_LENGTH) }) : "";
  return [known, named].filter(Boolean).join(" ");
}

/** Say why not where nothing is counted down: in one sentence with how long to wait. */
export function tellOnce(problem: Problem): string {
  const { retryAfterS: seconds } = problem;
  return seconds === null || !problem.passes ? tell(problem) : `${tell(problem)} ${t("problem.wait", { seconds })}`;
}

interface Props {
  problem: Problem;
  timezone?: string | undefined;
  /** What stands there instead of the usual sentence. */
  text?: string;
  /** Whether what passes is tried again without its reader. */
  byItself?: boolean;
  /** What can be done: links and buttons. */
  children?: ComponentChildren;
}

/** Show why not. What passes by itself is said to be tried again; nothing of it is red. */
export function Trouble({ problem, timezone, text, byItself = true, children }: Props) {
  const again = problem.passes ? t(byItself ? "problem.auto" : "problem.manual") : "";
  const words = `${text ?? tell(problem, timezone)} ${again}`.trim();
  useEffect(() => say(words), [words]);
  const { opens_at: opens, services } = problem.body;
  return (
    <div class="panel warn" data-code={problem.code}>
      <p>{words}</p>
      {problem.retryAfterS === null || !problem.passes ? null : <Wait problem={problem} />}
      {opens ? <p><Countdown to={opens} /></p> : null}
      {services?.length ? <p>{t("problem.services", { list: services.map(serviceName).join(", ") })}</p> : null}
      {children}
    </div>
  );
}

/** "Coba lagi dalam 40 detik", counted down from when it was said. */
export function Wait({ problem }: { problem: Problem }) {
  const ends = useMemo(() => now().getTime() + (problem.retryAfterS ?? 0) * 1_000, [problem]);
  const left = Math.max(0, Math.ceil((ends - useNow().getTime()) / 1_000));
  return <p aria-hidden="true">{t("problem.wait", { seconds: left })}</p>;
}

interface AlternativesProps {
  /** The office that was asked for; of another one the name is said too. */
  here: string;
  list: Alternative[] | null | undefined;
  onPick: (alternative: Alternative) => void;
}

/** "Full here, free there": where there still is quota, here first and then the nearest. */
export function Alternatives({ here, list, onPick }: AlternativesProps) {
  if (!list?.length) return null;
  return (
    <>
      <h2>{t("problem.alternatives")}</h2>
      <ul class="cards">
        {list.map((one) => (
          <li key={`${one.office}${one.date}${one.session}`}>
            <button type="button" class="choice" onClick={() => onPick(one)}>
              <span>
                {one.office === here ? null : <><b>{placeOf(one)}</b><br /></>}
                {longDate(one.date)}, {sessionName(one.session)}
                <br />
                <b>{t("dates.left", { left: one.remaining })}</b>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function placeOf(one: Alternative): string {
  const km = one.distance_km;
  return km ? `${one.office_name} (${t("offices.km", { km: Math.round(km) })})` : one.office_name;
}
