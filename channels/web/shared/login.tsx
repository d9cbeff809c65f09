/** Proves a phone by a WhatsApp message from it. The least that a build needs: another one is to take its place. */

import { useEffect, useState } from "preact/hooks";
import { call, Problem, type Schemas } from "./api";
import { draft, keep } from "./draft";
import { TextField } from "./field";
import { Trouble } from "./problem";

const WAIT_S = 20;

export function Login({ onProven }: { onProven: () => void }) {
  const [phone, setPhone] = useState(draft().phone ?? "");
  const [begun, setBegun] = useState<Schemas["LoginBegun"] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = async (event: Event) => {
    event.preventDefault();
    keep({ phone });
    try {
      const { body } = await call<Schemas["LoginBegun"]>("/v1/logins", { method: "POST", body: { phone, by: "whatsapp" } });
      setBegun(body);
      setProblem(null);
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    }
  };
  useEffect(() => {
    if (begun === null) return undefined;
    const gone = new AbortController();
    const wait = async () => {
      while (!gone.signal.aborted) {
        const path = `/v1/logins/${begun.login_id}?wait=${WAIT_S}`;
        const { body } = await call<Schemas["LoginState"]>(path, { signal: gone.signal });
        if (body.state === "proven") return onProven();
      }
    };
    void wait().catch(() => undefined);
    return () => gone.abort();
  }, [begun]);
  if (begun !== null) {
    return <p><a class="button" href={begun.whatsapp_url ?? ""}>{begun.text}</a></p>;
  }
  return (
    <form onSubmit={(event) => void begin(event)} noValidate>
      {problem === null ? null : <Trouble problem={problem} />}
      <TextField id="phone" type="tel" inputMode="tel" label="WhatsApp" value={phone} onText={setPhone} autoComplete="tel" />
      <button class="button">OK</button>
    </form>
  );
}
