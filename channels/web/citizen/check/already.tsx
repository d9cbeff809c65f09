/** One person, one appointment: which one there is already, and how to go on with it. */

import { useState } from "preact/hooks";
import { call, Problem, type Schemas } from "../../shared/api";
import { resumeHold, whenOf } from "../../shared/chosen";
import { draft } from "../../shared/draft";
import { timeAt } from "../../shared/format";
import { useLoad } from "../../shared/load";
import { Trouble } from "../../shared/problem";
import { t } from "../../shared/words";
import type { Acts } from "./stages";

type Hold = Schemas["Hold"];

export function AlreadyBooked({ service, acts }: { service: string; acts: Acts }) {
  const { value } = useLoad("mine", async (signal) => (await call<Schemas["Mine"]>("/v1/bookings", { signal })).body);
  const [problem, setProblem] = useState<Problem | null>(null);
  const bookings = value?.bookings.filter((one) => one.service === service && one.state === "confirmed") ?? [];
  const holds = value?.holds.filter((one) => one.service === service) ?? [];
  const goOn = async (hold: Hold) => {
    try {
      await resumeHold(hold);
      acts.look();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
  };
  const timezone = draft().chosen?.timezone ?? "Asia/Jakarta";
  return (
    <ul class="cards">
      {bookings.map((one) => (
        <li class="card" key={one.booking_code}>
          <p>{one.applicant.name}: <b>{whenOf(one)}</b>, {one.office_name}</p>
          <p><a href={`/tiket/${one.booking_code}`}>{t("already.see")}</a> · <a href={`/ubah/${one.booking_code}`}>{t("already.change")}</a></p>
        </li>
      ))}
      {holds.map((one) => (
        <li class="card" key={one.hold_id}>
          <p>{t("chosen.held", { when: whenOf(one), time: timeAt(one.expires_at, timezone) })}</p>
          <button type="button" class="button second" onClick={() => void goOn(one)}>{t("already.goOn")}</button>
        </li>
      ))}
      {problem === null ? null : <li><Trouble problem={problem} byItself={false} /></li>}
    </ul>
  );
}
