/** Seats that are set aside for the reader and not confirmed yet: gone on with, before they expire. */

import { useState } from "preact/hooks";
import { Problem, type Schemas } from "../../shared/api";
import { resumeHold, whenOf } from "../../shared/chosen";
import { now } from "../../shared/clock";
import { keep } from "../../shared/draft";
import { timeAt } from "../../shared/format";
import { serviceName } from "../../shared/names";
import { tell } from "../../shared/problem";
import { t } from "../../shared/own-words";

type Hold = Schemas["Hold"];

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Holds({ holds }: { holds: Hold[] }) {
  const standing = holds.filter((hold) => Date.parse(hold.expires_at) > now().getTime());
  return <>{standing.map((hold) => <Held key={hold.hold_id} hold={hold} />)}</>;
}

function Held({ hold }: { hold: Hold }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  async function goOn(): Promise<void> {
    try {
      await resumeHold(hold);
      keep({ moves: undefined });
      location.assign("/periksa");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
  }
  return (
    <section class="panel warn">
      <h2>{t("mine.held")}</h2>
      <p><strong>{whenOf(hold)}</strong><br />{serviceName(hold.service)}</p>
      <p>{t("mine.held_until", { time: timeAt(hold.expires_at, HERE) })}</p>
      {problem === null ? null : <p class="error" role="alert">{tell(problem)}</p>}
      <button type="button" class="button" onClick={() => void goOn()}>{t("mine.go_on")}</button>
    </section>
  );
}
