/** What is around every page: the header, the way back, the help that is always in one place. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useSettings } from "./settings";
import { isKept } from "./storage";
import { choose, shown, t } from "./words";

interface Props {
  /** Where "Kembali" leads; a page without one has no such link. */
  back?: string | undefined;
  title: string;
  children: ComponentChildren;
}

export function Frame({ back, title, children }: Props) {
  const other = shown() === "id" ? "en" : "id";
  const heading = useHeading(title);
  return (
    <>
      <a class="skip" href="#main">{t("frame.skip")}</a>
      <header class="top">
        <a class="brand" href="/">Antrean</a>
        <nav aria-label={t("frame.nav")}>
          <a href="/jadwal">{t("frame.mine")}</a>
          <button type="button" class="plain" lang={other} onClick={() => choose(other)}>{t("frame.language")}</button>
        </nav>
      </header>
      <main id="main">
        <Banner />
        <NothingKept />
        {back === undefined ? null : <a class="back" href={back}>{t("frame.back")}</a>}
        <h1 tabIndex={-1} ref={heading}>{title}</h1>
        {children}
      </main>
      <p id="said" class="unseen" role="status" />
      <footer class="help">
        <p>{t("frame.help")}</p>
        <nav aria-label={t("frame.about")}>
          <a href="/bantuan">{t("help.title")}</a>
          <a href="/aksesibilitas">{t("accessibility.title")}</a>
          <a href="/privasi">{t("privacy.title")}</a>
        </nav>
      </footer>
    </>
  );
}

/** Move the focus to the heading where a page, or a step of one, begins. */
function useHeading(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<string | null>(null);
  useEffect(() => {
    document.title = `${title} | Antrean`;
    heading.current?.focus({ preventScroll: before.current === null });
    before.current = title;
  }, [title]);
  return heading;
}

/** Said where the browser keeps nothing: what is chosen on one page is unknown on the next. */
function NothingKept() {
  const [isLost, setLost] = useState(false);
  useEffect(() => setLost(!isKept("sessionStorage")), []);
  return isLost ? <p class="panel warn">{t("frame.nothingKept")}</p> : null;
}

/** What an operator has to say to everybody, as while the service is closed. */
function Banner() {
  const banner = useSettings()?.banner;
  return banner ? <p class="panel warn">{banner[shown()]}</p> : null;
}
