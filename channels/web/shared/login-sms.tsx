/** A login by SMS: six digits that may be pasted, filled in by the phone, or typed. */

import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api";
import { TextField } from "./field";
import type { WayProps } from "./login";
import { beginLogin, proveBySms, whyNot } from "./logins";
import { tellOnce } from "./problem";
import { t } from "./own-words";

const CODE = "login-code";
const DIGITS = 6;
const AGAIN_S = 60;
const SECOND_MS = 1_000;

export function BySms(props: WayProps) {
  const { begun, onBack, onBegun } = props;
  const [text, setText] = useState("");
  const { error, isBusy, prove, setError } = useProving(props);
  useEffect(focusCode, [begun.id]);

  function typed(next: string): void {
    setText(next);
    const digits = digitsOf(next);
    if (digits.length === DIGITS && digits !== digitsOf(text) && !isBusy) void prove(digits);
  }

  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); void prove(digitsOf(text)); }}>
      <h2>{t("login.type_code")}</h2>
      <p>{t("login.sent_to", { phone: begun.phone })}</p>
      <TextField
        id={CODE} inputMode="numeric" autoComplete="one-time-code" label={t("login.code")}
        hint={t("login.code_hint")} error={error} value={text} onText={typed}
      />
      <div class="buttons">
        <button type="submit" class="button" disabled={isBusy}>{t("login.prove")}</button>
        <Again begun={begun} onBegun={onBegun} onFault={setError} />
        <button type="button" class="button second" onClick={() => onBack(null)}>{t("login.other_phone")}</button>
      </div>
      <p class="unseen" role="status">{isBusy ? t("login.checks") : ""}</p>
    </form>
  );
}

/** Try codes, and say what was wrong with the last one. */
function useProving({ begun, onProven, onBack }: WayProps) {
  const [error, setError] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);

  function complain(why: string): void {
    setError(why);
    focusCode();
  }

  async function prove(digits: string): Promise<void> {
    if (digits.length !== DIGITS) return complain(t("login.code_length"));
    setBusy(true);
    setError(undefined);
    try {
      await proveBySms(begun, digits);
      onProven();
    } catch (problem) {
      const why = faultOfCode(problem);
      if (why === null) return onBack(t("login.over"));
      complain(why);
    } finally {
      setBusy(false);
    }
  }

  return { error, isBusy, prove, setError };
}

/** Read a code however it is written: also pasted as "123 456". */
function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}

function focusCode(): void {
  document.getElementById(CODE)?.focus();
}

/** Say why a code was not taken; null where the login is over. */
function faultOfCode(problem: unknown): string | null {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 404) return null;
  if (problem.code !== "wrong_code") return tellOnce(problem);
  const left = problem.body.tries_left ?? 0;
  return left > 0 ? t("login.wrong", { left }) : t("login.no_tries");
}

type AgainProps = Pick<WayProps, "begun" | "onBegun"> & { onFault: (why: string) => void };

/** Ask for another code, which may be had once a minute. */
function Again({ begun, onBegun, onFault }: AgainProps) {
  const [left, setLeft] = useState(() => leftOf(begun.begunAt));
  useEffect(() => {
    setLeft(leftOf(begun.begunAt));
    const timer = setInterval(() => setLeft(leftOf(begun.begunAt)), SECOND_MS);
    return () => clearInterval(timer);
  }, [begun.begunAt]);

  async function again(): Promise<void> {
    try {
      onBegun(await beginLogin(begun.phone, "sms"));
    } catch (problem) {
      onFault(whyNot(problem, "sms"));
    }
  }

  return (
    <button type="button" class="button second" disabled={left > 0} onClick={() => void again()}>
      {left > 0 ? t("login.again_in", { seconds: left }) : t("login.again")}
    </button>
  );
}

function leftOf(begunAt: number): number {
  return Math.max(0, Math.ceil((begunAt + AGAIN_S * SECOND_MS - Date.now()) / SECOND_MS));
}
