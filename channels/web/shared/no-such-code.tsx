/** Said of an address whose code can be none: what one looks like, and where to find one's own. */

import { Frame } from "./frame";
import { t } from "./own-words";

export function NoSuchCode() {
  return (
    <Frame back="/jadwal" title={t("ticket.no_such")}>
      <p class="panel warn">{t("find.bad_code")}</p>
      <div class="buttons"><a class="button" href="/jadwal">{t("mine.find")}</a></div>
    </Frame>
  );
}
