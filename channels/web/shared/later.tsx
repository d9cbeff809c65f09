/** Parts of a page that are loaded once they are needed. */

import type { ComponentType } from "preact";
import { Problem } from "./api";
import { useLoad } from "./load";
import { Trouble } from "./problem";
import { inTab, isKept } from "./storage";
import { loadMoreWords } from "./words";

const RELOADED = "antrean.reloaded";
const ONCE_IN_MS = 60_000;

/** Make a component of one that is still to be loaded; its place is empty until then. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  return function Later(props: Props) {
    const { value: Part, problem } = useLoad("part", () => bring(load));
    if (Part !== null) return <Part {...props} />;
    return problem === null ? <div class="waiting" /> : <Trouble problem={problem} />;
  };
}

/** Load it with its words; where it is gone with an older build, the page is loaded anew instead. */
async function bring<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    const part = await load();
    await loadMoreWords();
    return part;
  } catch {
    if (reloadOnce()) return new Promise(() => {});
    throw new Problem(0, { code: "offline" });
  }
}

/** What was typed and sent is kept, so a reload loses nothing; a second one would mend no more. */
function reloadOnce(): boolean {
  if (!isKept("sessionStorage")) return false; // nobody would know that it was tried
  const last = Number(inTab.read(RELOADED) ?? 0);
  if (!navigator.onLine || Date.now() - last < ONCE_IN_MS) return false;
  inTab.write(RELOADED, String(Date.now()));
  location.reload();
  return true;
}
