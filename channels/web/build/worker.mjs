/** Write into the service worker what it keeps: shells and scripts of the pages that need no line. */

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OFFLINE = ["ticket", "mine", "missing"];
const ENGLISH = /^(own-)?en-[\w-]+\.js$/;

/** Stamp dist/sw.js; whatever is built differently makes another worker. */
export async function stampWorker(dist, pages) {
  const assets = await readdir(join(dist, "assets"));
  const kept = new Set(assets.filter((name) => ENGLISH.test(name)).map((name) => `/assets/${name}`));
  const digest = createHash("sha256").update(assets.sort().join());
  for (const { name, path } of pages) {
    const shell = await readFile(join(dist, `${name}.html`), "utf8");
    digest.update(shell);
    if (!OFFLINE.includes(name)) continue;
    kept.add(shellOf(path));
    for (const [, asset] of shell.matchAll(/"(\/assets\/[^"]+)"/g)) kept.add(asset);
  }
  const worker = await readFile(join(dist, "sw.js"), "utf8");
  const stamped = worker
    .replace('"__BUILT__"', JSON.stringify(digest.digest("hex").slice(0, 12)))
    .replace('["__KEPT__"]', JSON.stringify([...kept]))
    .replace('["__SHELLS__"]', JSON.stringify(pages.map(({ path }) => shellOf(path))));
  await writeFile(join(dist, "sw.js"), stamped);
}

/** Name a page's shell by an address that leads to it: `/tiket/x` for every ticket. */
function shellOf(path) {
  return path.replace(/\{\w+\}/, "x");
}
