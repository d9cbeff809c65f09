/** Make the HTML shell of each page: what is there before any script has run. */

import { render } from "preact-render-to-string";
import { Frame } from "../shared/frame";
import { t, type Word } from "../shared/words";

/** Write a shell with the frame in Indonesian and a place for the page. */
export function shell(name: string, style: string): string {
  const title = t(`${name}.title` as Word);
  const frame = render(<Frame title={title}><div class="waiting" /></Frame>);
  return `<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | Antrean</title>
<meta name="description" content="${t("home.description")}">
<meta name="theme-color" content="#0b5f4a">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="/icon-apple.png">
<link rel="manifest" href="/manifest.webmanifest">
<style>${style}</style>
<script type="module" src="/citizen/${name}.tsx"></script>
</head>
<body>
<div id="app">${frame}</div>
<noscript><p>${t("frame.noscript")}</p></noscript>
</body>
</html>
`;
}
