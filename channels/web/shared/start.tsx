/** Start a page: load its words, show it, keep it usable without a line. */

import { type ComponentType, render } from "preact";
import { loadWords } from "./words";

/** Show a page in the shell that was made for it, and let the worker keep what it needs offline. */
export async function start(Page: ComponentType): Promise<void> {
  await loadWords();
  const app = document.getElementById("app");
  if (app === null) throw new Error("the shell has no #app");
  app.replaceChildren();
  render(<Page />, app);
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
