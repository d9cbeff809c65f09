/** C15: what is kept of a citizen, where, why, and how to be rid of it. */

import { useState } from "preact/hooks";
import { Problem } from "../shared/api";
import { Frame } from "../shared/frame";
import { logOut } from "../shared/log-out";
import { tell } from "../shared/problem";
import { prose } from "../shared/prose";
import { start } from "../shared/start";
import { inTab, onDevice } from "../shared/storage";
import { t } from "../shared/words";

const WHAT = ["name", "phone", "nik"] as const;
const HOW = ["sealed", "nobody", "auto"] as const;
const KEEPS = ["keeps_tickets", "keeps_tab", "keeps_cookie"] as const;

function Page() {
  return (
    <Frame back="/" title={t("privacy.title")}>
      <p>{prose("privacy.lead")}</p>
      <h2>{prose("privacy.what")}</h2>
      <ul>{WHAT.map((name) => <li key={name}>{prose(`privacy.${name}`)}</li>)}</ul>
      <h2>{prose("privacy.how")}</h2>
      <ul>{HOW.map((name) => <li key={name}>{prose(`privacy.${name}`)}</li>)}</ul>
      <h2>{prose("privacy.phone_keeps")}</h2>
      <ul>{KEEPS.map((name) => <li key={name}>{prose(`privacy.${name}`)}</li>)}</ul>
      <Remove />
      <h2>{prose("privacy.rights")}</h2>
      <p>{prose("privacy.rights.why")}</p>
    </Frame>
  );
}

/** Leave nothing behind, as on somebody else's phone; the login goes first, for it needs the line. */
function Remove() {
  const [done, setDone] = useState("");
  async function remove(): Promise<void> {
    try {
      await logOut();
      onDevice.clear();
      inTab.clear();
      setDone(prose("privacy.removed"));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setDone(tell(problem));
    }
  }
  return (
    <>
      <div class="buttons">
        <button type="button" class="button danger" onClick={() => void remove()}>{prose("privacy.remove")}</button>
      </div>
      <p role="status">{done}</p>
    </>
  );
}

void start(Page);
