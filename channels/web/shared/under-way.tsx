/** A command under way: what is said while nobody knows yet what comes of it. */

import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api";
import { shortNumber } from "./codes";
import { forget, perform, type Sent } from "./send";
import { t } from "./own-words";

interface Props<T> {
  sent: Sent;
  /** What is being done, in the first seconds. */
  doing: string;
  onDone: (body: T) => void;
  onRefused: (problem: Problem) => void;
}

const STILL_MS = 3_000;
const LONG_MS = 15_000;
const LOOK_MS = 500;

/** Send a command until it is decided, and say how far it is; it survives a reload. */
export function UnderWay<T>({ sent, doing, onDone, onRefused }: Props<T>) {
  const [isLost, setLost] = useState(false);
  const [request, setRequest] = useState(sent.request);
  const [ageMs, setAge] = useState(0);

  useEffect(() => {
    const leave = new AbortController();
    const tell = (state: string, number?: string) => {
      setLost(state === "waiting");
      setRequest(number);
    };
    perform<T>(sent, tell, leave.signal).then(
      (body) => { forget(); onDone(body); },
      (error: unknown) => {
        if (leave.signal.aborted) return;
        forget();
        onRefused(error instanceof Problem ? error : new Problem(0, { code: "internal" }));
      },
    );
    const timer = setInterval(() => setAge(Date.now() - sent.at), LOOK_MS);
    return () => { leave.abort(); clearInterval(timer); };
  }, [sent.key]);

  const number = request === undefined ? null : shortNumber(request);
  return (
    <div class="panel" role="status">
      <p class="busy">{isLost ? t("change.line_lost") : doing}</p>
      {ageMs > STILL_MS && number !== null ? <p>{t("change.still", { number })}</p> : null}
      {ageMs > LONG_MS && number !== null ? <p>{t("change.may_close")}</p> : null}
    </div>
  );
}
