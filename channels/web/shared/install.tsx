/** The offer to keep Antrean on the phone's home screen: made only where there is a ticket to keep. */

import { useEffect, useState } from "preact/hooks";
import { t } from "./own-words";

interface Offer extends Event {
  prompt: () => Promise<unknown>;
}

let offer: Offer | null = null;
let tell = () => {};

// The browser offers it once, often before the ticket is there.
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as Offer;
  tell();
});

export function Install() {
  const [given, setGiven] = useState(offer);
  useEffect(() => {
    tell = () => setGiven(offer);
    return () => { tell = () => {}; };
  }, []);
  if (given === null) return isApple() ? <p class="soft">{t("ticket.install_apple")}</p> : null;

  function install(): void {
    void given?.prompt();
    offer = null;
    setGiven(null);
  }

  return (
    <button type="button" class="button second" onClick={install}>{t("ticket.install")}</button>
  );
}

/** Whether this is a phone that offers nothing, but has the command in its own menu. */
function isApple(): boolean {
  const isThere = matchMedia("(display-mode: standalone)").matches;
  return /iPhone|iPad/.test(navigator.userAgent) && !isThere;
}
