/** What is around every page: the header, the way back, the help that is always in one place. */

import type { ComponentChildren } from "preact";
import { choose, shown, t } from "./words";

interface Props {
  /** Where "Kembali" leads; a page without one has no such link. */
  back?: string | undefined;
  title: string;
  children: ComponentChildren;
}

export function Frame({ back, title, children }: Props) {
  const other = shown() === "id" ? "en" : "id";
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
        {back === undefined ? null : <a class="back" href={back}>{t("frame.back")}</a>}
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </main>
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
