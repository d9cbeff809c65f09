/** C14: an address that leads nowhere; or, where the worker answered, a page without a line to it. */

import { useEffect } from "preact/hooks";
import pages from "../pages.json";
import { Frame } from "../shared/frame";
import { start } from "../shared/start";
import { t } from "../shared/own-words";

const AGAIN_MS = 10_000;
const OWN = "/404";

function Page() {
  return isPage(location.pathname) ? <Offline /> : <Missing />;
}

/** Whether there is such a page, so that it is the line that is missing. */
function isPage(path: string): boolean {
  const shapes = pages.map((page) => new RegExp(`^${page.path.replace(/\{\w+\}/, "[^/]+")}/?$`));
  return path !== OWN && shapes.some((shape) => shape.test(path));
}

function Missing() {
  return (
    <Frame title={t("missing.title")}>
      <p>{t("missing.why")}</p>
      <div class="buttons">
        <a class="button" href="/">{t("missing.home")}</a>
        <a class="button second" href="/jadwal">{t("frame.mine")}</a>
      </div>
    </Frame>
  );
}

/** Wait for the line, and show the page that was wanted as soon as it is there. */
function Offline() {
  useEffect(() => {
    // Asked for as a page, for to whatever asks for anything else the gateway shows none.
    const asPage = { method: "HEAD", cache: "no-store", headers: { Accept: "text/html" } } as const;
    const look = () => void fetch(location.href, { ...asPage, signal: AbortSignal.timeout(AGAIN_MS) })
      .then((response) => { if (response.ok) location.reload(); }, () => {});
    const timer = setInterval(look, AGAIN_MS);
    addEventListener("online", look);
    return () => { clearInterval(timer); removeEventListener("online", look); };
  }, []);
  return (
    <Frame title={t("missing.offline")}>
      <p class="panel warn" role="status">{t("missing.offline_why")}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => location.reload()}>{t("ticket.again")}</button>
        <a class="button second" href="/jadwal">{t("frame.mine")}</a>
      </div>
    </Frame>
  );
}

void start(Page);
