/** Build the citizen's pages into dist/: shells first, then what they load, then its small forms. */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { transform } from "lightningcss";
import { build } from "vite";
import { stampWorker } from "./worker.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const made = join(root, ".made");
const dist = join(root, "dist");
const SMALL = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);
// A file for each of what pages share would be a dozen at once; a browser asks for six at a time.
const TOGETHER = [
  { name: "base", test: /\/(preact|words\/id|shared\/(api|chosen|clock|draft|format|frame|last-seen|load|moments|names|say|seats|send|settings|start|words))\b[./]/ },
  { name: "form", test: /\/shared\/(birth|field|later|later-parts|log-out|problem)\.tsx?$/ },
  { name: "own", test: /\/(words\/own-id|shared\/(codes|no-such-code|own-words|ticket-panel|tickets|use-ticket))\.tsx?$/ },
];
const quiet = { root, logLevel: "warn", configFile: false };

const pages = JSON.parse(await readFile(join(root, "pages.json"), "utf8"));

await rm(made, { recursive: true, force: true });
await build({
  ...quiet,
  build: { ssr: "build/shells.tsx", outDir: join(made, "ssr"), emptyOutDir: true },
});
const { shell } = await import(pathToFileURL(join(made, "ssr", "shells.js")).href);
const css = await readFile(join(root, "citizen", "style.css"));
const style = transform({ filename: "style.css", code: css, minify: true }).code.toString();
for (const { name } of pages) await writeFile(join(root, `${name}.html`), shell(name, style));

try {
  await build({
    ...quiet,
    publicDir: join(root, "public"),
    build: {
      outDir: dist,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: pages.map(({ name }) => join(root, `${name}.html`)),
        output: { codeSplitting: { groups: TOGETHER } },
      },
    },
  });
} finally {
  for (const { name } of pages) await rm(join(root, `${name}.html`), { force: true });
}
await writeFile(join(dist, "pages.json"), JSON.stringify(pages));
await stampWorker(dist, pages);

async function shrink(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await shrink(path);
    else if (SMALL.has(extname(path))) await compress(path);
  }
}

async function compress(path) {
  const body = await readFile(path);
  await writeFile(`${path}.gz`, gzipSync(body, { level: 9 }));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await writeFile(`${path}.br`, brotliCompressSync(body, quality));
}

await mkdir(dist, { recursive: true });
await shrink(dist);
