/** Write into the service worker what it keeps: shells of the pages that need no line, and what is loaded late. */

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OFFLINE = ["ticket", "mine", "missing"];

/** Stamp dist/sw.js; whatever is built differently makes another worker. */
export async function stampWorker(dist, pages) {
  const assets = await readdir(join(dist, "assets"));
  const later = new Set(assets.map((name) => `/assets/${name}`));
  const digest = createHash("sha256").update(assets.sort().join());
  for (const { name } of pages) {
    const shell = await readFile(join(dist, `${name}.html`), "utf8");
    digest.update(shell);
    for (const [, asset] of shell.matchAll(/"(\/assets\/[^"]+)"/g)) later.delete(asset);
  }
  const kept = pages.filter(({ name }) => OFFLINE.includes(name)).map(({ path }) => shellOf(path));
  const worker = await readFile(join(dist, "sw.js"), "utf8");
  const stamped = worker
    .replace('"__BUILT__"', JSON.stringify(digest.digest("hex").slice(0, 12)))
    .replace('["__KEPT__"]', JSON.stringify(kept))
    .replace('["__LATER__"]', JSON.stringify([...later]))
    .replace('["__SHELLS__"]', JSON.stringify(pages.map(({ path }) => shellOf(path))));
  await writeFile(join(dist, "sw.js"), stamped);
}

/** Name a page's shell by an address that leads to it: `/tiket/x` for every ticket. */
function shellOf(path) {
  return path.replace(/\{\w+\}/, "x");
}
