/** C5: who will come, and the phone that is proven: all before a seat is held, for holding has an end. */

import { useState } from "preact/hooks";
import { call, Problem, type Schemas } from "../shared/api";
import { readBirth, UNBORN } from "../shared/birth";
import { ChosenPanel, datesPath, GoingOn, standing, toldOfHold } from "../shared/chosen";
import { now } from "../shared/clock";
import { type Born, type Draft, draft, keep } from "../shared/draft";
import { BirthField, ErrorSummary, type Fault, faultOf, TextField } from "../shared/field";
import { dateAt } from "../shared/format";
import { Frame } from "../shared/frame";
import { Login } from "../shared/later-parts";
import { Trouble } from "../shared/problem";
import { unfinished } from "../shared/send";
import { start } from "../shared/start";
import { t, type Word } from "../shared/words";
import { askToCorrect, isForThem, isThere } from "./check/commands";

type Hold = Schemas["Hold"];
type Step = "data" | "asking" | "proof";

function Applicant() {
  const [step, setStep] = useState<Step>("data");
  const [problem, setProblem] = useState<Problem | null>(null);
  const { chosen } = draft();
  const goOn = async () => {
    setStep("asking");
    setProblem(null);
    const found = await isProven();
    if (found === true) return location.assign("/periksa");
    if (found !== false) setProblem(found);
    setStep(found === false ? "proof" : "data");
  };
  const hold = standing(draft());
  if (hold !== null) return <Mending hold={hold} />;
  const back = chosen === undefined ? "/kantor" : datesPath(chosen.office, chosen.service);
  return (
    <Frame title={t(step === "proof" ? "applicant.proof" : "applicant.title")} back={back}>
      {chosen === undefined
        ? <p class="panel warn">{t("applicant.nothing")} <a href="/layanan">{t("applicant.nothing.go")}</a></p>
        : <ChosenPanel chosen={chosen} />}
      {problem === null ? null : <Trouble problem={problem} byItself={false} />}
      {step === "proof" ? (
        <>
          <p>{t("applicant.proof.why")}</p>
          <Login onProven={() => location.assign("/periksa")} />
          <p><button type="button" class="plain" onClick={() => setStep("data")}>{t("applicant.again")}</button></p>
        </>
      ) : (
        <Form
          word={step === "asking" ? "applicant.wait" : "applicant.goOn"} isBusy={step === "asking"}
          onTyped={keep} onDone={(who) => { keep(who); void goOn(); }}
        />
      )}
    </Frame>
  );
}

/** While a seat is held: a mistake in who will come is mended on it. */
function Mending({ hold }: { hold: Hold }) {
  const known = draft();
  const mend = (who: Typed) => {
    keep(who);
    // Where nothing changed, or the time is over by now, the next page says so; what is under way
    // is heard first, for a second command would take its place.
    if (unfinished() === null && standing(draft()) !== null && !isForThem(draft())) askToCorrect(hold, true);
    location.assign("/periksa");
  };
  return (
    <Frame title={t("applicant.mend")} back="/periksa">
      {known.heldFor && isThere(hold, known) ? (
        <>
          <p class="panel warn">{toldOfHold(known)}</p>
          <p>{t("applicant.mend.why")}</p>
          <Form word="applicant.mend.save" onDone={mend} />
        </>
      ) : <><GoingOn draft={known} /><p>{t("applicant.locked")}</p></>}
    </Frame>
  );
}

/** Whether this browser has a login that is proven; a Problem where nobody can say now. */
async function isProven(): Promise<boolean | Problem> {
  try {
    await call("/v1/bookings");
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.passes ? error : false;
  }
}

type Typed = Required<Pick<Draft, "name" | "birthDate" | "born">>;

interface FormProps {
  /** What is on its button. */
  word: Word;
  isBusy?: boolean;
  /** Hears of each letter, so that nothing is typed twice; what is held is to stay until all is sent. */
  onTyped?: (more: { name?: string; born?: Born; birthDate: undefined }) => void;
  onDone: (who: Typed) => void;
}

function Form({ word, isBusy = false, onTyped = () => {}, onDone }: FormProps) {
  const [name, setName] = useState(draft().name ?? "");
  const [born, setBorn] = useState(draft().born ?? UNBORN);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [wrong, setWrong] = useState<Fault[]>([]);
  // A fault goes as soon as its field is changed; the summary stays as it was read.
  const mended = (field: string) => setWrong((known) => known.filter((fault) => fault.field !== field));
  const submit = (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    const read = readBirth(born, dateAt(now(), draft().chosen?.timezone ?? "Asia/Jakarta"));
    const found: Fault[] = [];
    if (!isName(name)) found.push({ field: "name", text: t(name.trim() === "" ? "applicant.name.missing" : "applicant.name.wrong") });
    if ("fault" in read) found.push({ field: "born-day", text: t(read.fault) });
    setFaults(found);
    setWrong(found);
    if (found.length > 0 || "fault" in read) return;
    onDone({ name: name.trim().replace(/\s+/g, " "), birthDate: read.date, born });
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary faults={faults} />
      <TextField
        id="name" label={t("applicant.name")} hint={t("applicant.name.hint")} error={faultOf(wrong, "name")}
        value={name} autoComplete="name" maxLength={80}
        onText={(text) => { setName(text); onTyped({ name: text, birthDate: undefined }); mended("name"); }}
      />
      <BirthField
        id="born" value={born} error={faultOf(wrong, "born-day")}
        onBorn={(next) => { setBorn(next); onTyped({ born: next, birthDate: undefined }); mended("born-day"); }}
      />
      <p class="hint">{t("applicant.purpose")} <a href="/privasi">{t("privacy.title")}</a></p>
      <div class="buttons">
        <button class="button" aria-disabled={isBusy}>{t(word)}</button>
      </div>
      <p class="hint">{t("applicant.family")}</p>
    </form>
  );
}

/** What every channel takes as a name: 2 to 80 letters with spaces, . ' - and commas. */
function isName(text: string): boolean {
  const name = text.trim().replace(/[\u2018\u2019\u02bc`\u00b4]/g, "'");
  return name.length >= 2 && name.length <= 80 && /^\p{Script=Latin}[\p{Script=Latin}\p{M} .'\-,]*$/u.test(name);
}

void start(Applicant);
