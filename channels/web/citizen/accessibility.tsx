/** C15: what works for whom, what does not yet, and whom to tell. */

import { Frame } from "../shared/frame";
import { prose } from "../shared/prose";
import { start } from "../shared/start";
import { t } from "../shared/words";

const WORKS = ["keyboard", "reader", "zoom", "time", "puzzle"] as const;
const GAPS = ["gap_tested", "gap_whatsapp", "gap_script"] as const;

function Page() {
  return (
    <Frame back="/" title={t("accessibility.title")}>
      <p>{prose("accessibility.lead")}</p>
      <h2>{prose("accessibility.works")}</h2>
      <ul>{WORKS.map((name) => <li key={name}>{prose(`accessibility.${name}`)}</li>)}</ul>
      <h2>{prose("accessibility.gaps")}</h2>
      <ul>{GAPS.map((name) => <li key={name}>{prose(`accessibility.${name}`)}</li>)}</ul>
      <h2>{prose("accessibility.tell")}</h2>
      <p>{prose("accessibility.tell.why")}</p>
      <p class="soft">{prose("accessibility.date")}</p>
    </Frame>
  );
}

void start(Page);
