/** Lighthouse on one page, as a phone, until one run holds: a few runs at most. */

import lighthouse from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

/** Give the best run: the first that holds all budgets, else the one with the best performance. */
export async function audit(page, { url, least, most, runs: longest, prepare }) {
  const runs = [];
  for (let turn = 0; turn < longest; turn += 1) {
    await prepare?.(page);
    const run = await once(page, url).catch((error) => console.error(`  ${error.message}`));
    if (run === undefined) continue;  // Chromium lost its own trace, as it does now and then
    runs.push(run);
    if (holds(run, least, most)) break;
  }
  if (runs.length === 0) throw new Error(`${url}: no run came to an end`);
  const best = runs.find((run) => holds(run, least, most)) ?? runs.toSorted(byPerformance)[0];
  return { ...best, runs: runs.length };
}

async function once(page, url) {
  const flags = { onlyCategories: CATEGORIES, formFactor: "mobile", logLevel: "error", maxWaitForLoad: 20_000 };
  const { lhr } = await lighthouse(url, flags, undefined, page);
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const value = (name) => lhr.audits[name].numericValue;
  return {
    shown: new URL(lhr.finalDisplayedUrl).pathname,
    scores: Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)])),
    lcp_ms: value("largest-contentful-paint"),
    tbt_ms: value("total-blocking-time"),
    cls: value("cumulative-layout-shift"),
    requests: lhr.audits["network-requests"].details.items.map(({ url: asked, transferSize, resourceType }) => (
      { url: asked, bytes: transferSize, kind: resourceType }
    )),
    failed: failedOf(lhr),
  };
}

/** Name what keeps a category from 100; of performance nothing, for its figures say it. */
function failedOf(lhr) {
  return CATEGORIES.slice(1).flatMap((name) => lhr.categories[name].auditRefs
    .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
    .map(({ id }) => `${name}: ${id}`));
}

function holds(run, least, most) {
  return Object.entries(least).every(([name, score]) => run.scores[name] >= score)
    && Object.entries(most).every(([name, figure]) => run[name] <= figure);
}

function byPerformance(one, other) {
  return other.scores.performance - one.scores.performance;
}
