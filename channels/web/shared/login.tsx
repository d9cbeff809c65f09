/** Prove a phone without a password: by a WhatsApp message to us, or by a code that comes by SMS. */

import { useState } from "preact/hooks";
import { Problem } from "./api";
import { draft, keep } from "./draft";
import { TextField } from "./field";
import { BySms } from "./login-sms";
import { ByWhatsapp } from "./login-whatsapp";
import { type Begun, beginLogin, type By, forgetLogin, loginUnderWay, whyNot } from "./logins";
import { useSettings } from "./settings";
import { t } from "./own-words";

interface Props {
  /** Called once this browser may act for the phone. */
  onProven: () => void;
}

/** What the two ways of a login have in common. */
export interface WayProps {
  begun: Begun;
  onProven: () => void;
  /** Begin anew, saying why where it is not the reader's own wish. */
  onBack: (why: string | null) => void;
  onBegun: (begun: Begun) => void;
}

/** The ways to prove a phone, where the settings are not read yet. */
const BOTH: By[] = ["whatsapp", "sms"];
const SHORTEST = 8;

export function Login({ onProven }: Props) {
  const [begun, setBegun] = useState(loginUnderWay);
  const [note, setNote] = useState<string | null>(null);
  const ways = useSettings()?.channels ?? BOTH;
  const back = (why: string | null) => {
    forgetLogin();
    setNote(why);
    setBegun(null);
  };
  if (begun === null) return <AskPhone ways={ways} note={note} onBegun={setBegun} />;
  const props = { begun, onProven, onBack: back, onBegun: setBegun };
  if (begun.by === "sms") return <BySms {...props} />;
  return <ByWhatsapp {...props} canSms={ways.includes("sms")} />;
}

interface AskProps {
  ways: By[];
  note: string | null;
  onBegun: (begun: Begun) => void;
}

function AskPhone({ ways, note, onBegun }: AskProps) {
  const [phone, setPhone] = useState(draft().phone ?? "");
  const [error, setError] = useState<string | undefined>(note ?? undefined);
  const [isBusy, setBusy] = useState(false);

  async function begin(by: By): Promise<void> {
    setError(undefined);
    setBusy(true);
    try {
      if (phone.replace(/\D/g, "").length < SHORTEST) throw new Problem(422, { code: "invalid" });
      keep({ phone });
      onBegun(await beginLogin(phone.trim(), by));
    } catch (problem) {
      setError(whyNot(problem, by));
      setBusy(false);
      document.getElementById("phone")?.focus();
    }
  }

  const [first = "whatsapp", ...others] = ways;
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); void begin(first); }}>
      <TextField
        id="phone" type="tel" inputMode="tel" autoComplete="tel" maxLength={32} label={t("login.phone")}
        hint={t("login.phone_hint")} error={error} value={phone} onText={setPhone}
      />
      <div class="buttons">
        <button type="submit" class="button" disabled={isBusy}>{t(`login.by_${first}`)}</button>
        {others.map((way) => (
          <button key={way} type="button" class="button second" disabled={isBusy} onClick={() => void begin(way)}>
            {t(`login.by_${way}`)}
          </button>
        ))}
      </div>
      <p class="unseen" role="status">{isBusy ? t("login.begins") : ""}</p>
    </form>
  );
}
