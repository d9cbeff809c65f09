/** A login by WhatsApp: a link on a phone, a QR code on a desktop, and the wait for the message. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";
import { timeAt } from "./format";
import type { WayProps } from "./login";
import { type Begun, beginLogin, waitForProof, whyNot } from "./logins";
import { tell } from "./problem";
import { t } from "./own-words";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ByWhatsapp({ begun, canSms, onProven, onBack, onBegun }: WayProps & { canSms: boolean }) {
  const isLost = useProof(begun, onProven, onBack);
  const [error, setError] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [isOnPhone] = useState(() => matchMedia("(pointer: coarse)").matches);
  useEffect(() => heading.current?.focus(), []);

  async function bySms(): Promise<void> {
    try {
      onBegun(await beginLogin(begun.phone, "sms"));
    } catch (problem) {
      setError(whyNot(problem, "sms"));
    }
  }

  return (
    <section aria-labelledby="prove">
      <h2 id="prove" tabIndex={-1} ref={heading}>{t("login.send_one")}</h2>
      {isOnPhone ? <WithLink url={begun.url} /> : <WithQr id={begun.id} url={begun.url} />}
      <p>{t("login.text")} <strong class="message">{begun.text}</strong></p>
      <p>{t("login.from", { phone: begun.phone })}</p>
      <p class="panel" role="status">
        {isLost ? t("login.line_lost") : t("login.waits", { until: timeAt(begun.endsAt, HERE) })}
      </p>
      {error === null ? null : <p class="error" role="alert">{error}</p>}
      <div class="buttons">
        {canSms
          ? <button type="button" class="button second" onClick={() => void bySms()}>{t("login.by_sms")}</button>
          : null}
        <button type="button" class="button second" onClick={() => onBack(null)}>{t("login.other_phone")}</button>
      </div>
    </section>
  );
}

/** Wait for the message as long as it counts; says whether the line is lost meanwhile. */
function useProof(begun: Begun, onProven: WayProps["onProven"], onBack: WayProps["onBack"]): boolean {
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    const leave = new AbortController();
    waitForProof(begun, setLost, leave.signal).then(
      (isProven) => (isProven ? onProven() : onBack(t("login.over"))),
      (problem: unknown) => {
        if (leave.signal.aborted) return;
        onBack(problem instanceof Problem ? tell(problem) : t("login.over"));
      },
    );
    return () => leave.abort();
  }, [begun.id]);
  return isLost;
}

function WithLink({ url }: { url: string }) {
  return (
    <>
      <p>{t("login.on_phone")}</p>
      <div class="buttons">
        <a class="button" href={url} target="_blank" rel="noopener noreferrer">{t("login.open")}</a>
      </div>
    </>
  );
}

function WithQr({ id, url }: { id: string; url: string }) {
  const [isDrawn, setDrawn] = useState(true);
  return (
    <>
      {isDrawn ? <p>{t("login.on_desktop")}</p> : null}
      {isDrawn
        ? <img class="qr" src={`/v1/logins/${id}/qr.svg`} alt={t("login.qr")} onError={() => setDrawn(false)} />
        : null}
      <p><a class="reach" href={url} target="_blank" rel="noopener noreferrer">{t("login.open_here")}</a></p>
    </>
  );
}
