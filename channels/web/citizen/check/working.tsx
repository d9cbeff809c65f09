/** C8: a command is under way. What is known of it is said plainly, and when one may go. */

import { useEffect } from "preact/hooks";
import type { Problem } from "../../shared/api";
import { shortNumber } from "../../shared/codes";
import { useNow } from "../../shared/moments";
import { tell, Wait } from "../../shared/problem";
import { say } from "../../shared/say";
import type { Sent } from "../../shared/send";
import { t } from "../../shared/words";

const LONG_MS = 3_000;
const VERY_LONG_MS = 15_000;

export function Working({ sent, why }: { sent: Sent; why: Problem | null }) {
  useNow();
  const passed = Date.now() - sent.at;
  const words = wordsOf(sent, passed, why);
  const last = words.at(-1) ?? "";
  useEffect(() => say(last), [last]);
  return (
    <div class="panel" data-working={sent.kind}>
      <p class="busy">{t(`working.${sent.kind as "hold"}`)}</p>
      {words.slice(1).map((text) => <p key={text}>{text}</p>)}
      {why === null || why.retryAfterS === null ? null : <Wait problem={why} />}
    </div>
  );
}

function wordsOf(sent: Sent, passed: number, why: Problem | null): string[] {
  const words = [t(`working.${sent.kind as "hold"}`)];
  if (why !== null) words.push(why.code === "offline" ? t("working.offline") : `${tell(why)} ${t("working.again")}`);
  else if (passed > LONG_MS) words.push(acceptedOf(sent));
  if (passed > VERY_LONG_MS) words.push(t(sent.kind === "confirm" ? "working.leave.confirm" : "working.leave"));
  return words;
}

/** Say whether it is with us already: only what has a number is. */
function acceptedOf({ request }: Sent): string {
  if (request === undefined) return t("working.long");
  return t("working.accepted", { number: shortNumber(request) });
}
