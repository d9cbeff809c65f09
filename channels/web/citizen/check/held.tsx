/** C7: a seat is held. Until when, that it is not certain yet, and more time before it runs out. */

import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "../../shared/api";
import { Bring } from "../../shared/bring";
import type { Chosen } from "../../shared/draft";
import { timeAt } from "../../shared/format";
import { useSeenAgain } from "../../shared/load";
import { Countdown, useNow } from "../../shared/moments";
import { say } from "../../shared/say";
import { t } from "../../shared/words";
import type { Acts } from "./stages";
import { Summary } from "./summary";

interface Props {
  hold: Schemas["Hold"];
  chosen: Chosen;
  extended: boolean;
  acts: Acts;
}

const WARN_MS = 120_000;

export function Held({ hold, chosen, extended, acts }: Props) {
  const left = Date.parse(hold.expires_at) - useNow().getTime();
  const until = t("held.until", { time: timeAt(hold.expires_at, chosen.timezone) });
  useEffect(() => say(`${until} ${t("held.not")}`), [until]);
  // It may have been extended on another device: that is asked before anybody is told that it is over.
  useEffect(() => { if (left <= 0) acts.ask(); }, [left <= 0]);
  useSeenAgain(acts.ask);
  return (
    <>
      <div class="panel warn" data-held={hold.expires_at}>
        <p><b>{until}</b> <Countdown to={hold.expires_at} /></p>
        <p>{t("held.not")}</p>
      </div>
      <Summary chosen={chosen} isHeld />
      <div class="buttons"><button type="button" class="button" onClick={acts.take}>{t("held.take")}</button></div>
      <Bring />
      <div class="buttons">
        {extended ? null : <button type="button" class="button second" onClick={acts.extend}>{t("held.extend")}</button>}
        <button type="button" class="button danger" onClick={acts.release}>{t("held.release")}</button>
      </div>
      <p class="hint">{t("held.release.hint")}</p>
      <Warning key={hold.expires_at} soon={left > 0 && left <= WARN_MS} until={until} extended={extended} acts={acts} />
    </>
  );
}

interface WarningProps {
  soon: boolean;
  until: string;
  extended: boolean;
  acts: Acts;
}

/** Two minutes before the end, a dialog: time may be added by one tap, or the seat be taken. */
function Warning({ soon, until, extended, acts }: WarningProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => { if (soon) box.current?.showModal(); }, [soon]);
  const close = (act?: () => void) => () => { box.current?.close(); act?.(); };
  return (
    <dialog ref={box} aria-labelledby="soon">
      <h2 id="soon">{t("held.soon")}</h2>
      <p>{until}</p>
      <div class="buttons">
        {extended ? null : <button type="button" class="button" onClick={close(acts.extend)}>{t("held.extend")}</button>}
        <button type="button" class={extended ? "button" : "button second"} onClick={close(acts.take)}>{t("held.take")}</button>
        <button type="button" class="button second" onClick={close()}>{t("held.close")}</button>
      </div>
    </dialog>
  );
}
