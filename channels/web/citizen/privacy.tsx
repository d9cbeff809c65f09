/** C15: what is kept of a citizen, where, why, and how to be rid of it. */

import { useState } from "preact/hooks";
import { Frame } from "../shared/frame";
import { loadProse, prose } from "../shared/prose";
import { start } from "../shared/start";
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

function Remove() {
  const [isDone, setDone] = useState(false);
  function remove(): void {
    localStorage.clear();
    sessionStorage.clear();
    setDone(true);
  }
  return (
    <>
      <div class="buttons">
        <button type="button" class="button danger" onClick={remove}>{prose("privacy.remove")}</button>
      </div>
      <p role="status">{isDone ? prose("privacy.removed") : ""}</p>
    </>
  );
}

void start(Page, loadProse);
