/** Find a booking by its code and the applicant's birth date, without a login. */

import { useState } from "preact/hooks";
import { call, Problem, type Schemas } from "./api";
import { readBirth, UNBORN } from "./birth";
import { now } from "./clock";
import { isWhole, readCode } from "./codes";
import type { Born } from "./draft";
import { BirthField, ErrorSummary, type Fault, faultOf, TextField } from "./field";
import { dateAt } from "./format";
import { Trouble } from "./problem";
import { keepToken } from "./tickets";
import { t } from "./own-words";

interface Props {
  /** The code, where the page knows it; else it is asked for. */
  code?: string;
  onFound: (code: string) => void;
}

const ZONE = "Asia/Jakarta";

export function Find({ code: known, onFound }: Props) {
  const [typed, setTyped] = useState("");
  const [born, setBorn] = useState<Born>(UNBORN);
  const { faults, problem, isBusy, find } = useFinding(onFound);
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); void find(known ?? readCode(typed), born); }}>
      <ErrorSummary faults={faults} />
      {problem === null ? null : <NotFound problem={problem} />}
      {known === undefined
        ? (
          <TextField
            id="booking" label={t("find.code")} hint={t("find.code_hint")} error={faultOf(faults, "booking")}
            value={typed} onText={setTyped} autoComplete="off" maxLength={32}
          />
        )
        : null}
      <BirthField id="born" value={born} onBorn={setBorn} error={faultOf(faults, "born-day")} />
      <div class="buttons">
        <button type="submit" class="button" disabled={isBusy}>
          {known === undefined ? t("find.find") : t("find.go_on")}
        </button>
      </div>
      <p class="unseen" role="status">{isBusy ? t("find.finds") : ""}</p>
    </form>
  );
}

/** Look for a booking, and say what is wrong with what was typed, or why there is none. */
function useFinding(onFound: Props["onFound"]) {
  const [faults, setFaults] = useState<Fault[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function find(code: string, born: Born): Promise<void> {
    const birth = readBirth(born, dateAt(now(), ZONE));
    const wrong: Fault[] = isWhole(code) ? [] : [{ field: "booking", text: t("find.bad_code") }];
    if ("fault" in birth) wrong.push({ field: "born-day", text: t(birth.fault) });
    setFaults(wrong);
    setProblem(null);
    if (wrong.length > 0 || "fault" in birth) return;
    setBusy(true);
    try {
      onFound(await findTicket(code, birth.date));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return { faults, problem, isBusy, find };
}

/** Find it, and let this tab open it for the ten minutes for which the answer allows that. */
async function findTicket(code: string, date: string): Promise<string> {
  const { body } = await call<Schemas["FoundTicket"]>("/v1/bookings/find", {
    method: "POST",
    body: { booking_code: code, birth_date: date },
  });
  keepToken(body.booking_code, body.ticket_token);
  return body.booking_code;
}

function NotFound({ problem }: { problem: Problem }) {
  if (problem.status !== 404) return <Trouble problem={problem} byItself={false} />;
  return (
    <div class="panel bad" role="alert">
      <p><strong>{t("find.missing")}</strong></p>
      <p>{t("find.missing_why")}</p>
    </div>
  );
}
