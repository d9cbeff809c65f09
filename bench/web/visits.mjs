/** Visit the citizen's pages with a real browser and say what it saw, as JSON on the last line.
 *
 * What is to be visited comes as JSON in the one argument; see bench/web/browser.py.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { goToCheck, takeSeat } from "./citizen.mjs";
import { audit } from "./lighthouse.mjs";
import { paint } from "./timing.mjs";

const PHONE = { width: 412, height: 823, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };
// As on another device: a copy that this one keeps would be shown before anything was asked for.
const forgetCopy = (page) => page.evaluate(() => localStorage.removeItem("antrean.tickets"));

// What is on a page once all of it is there.
const WHOLE = { home: "#main .steps", offices: "#main .cards", dates: '#main input[name="slot"]', check: "#main .facts", ticket: "#main img.qr" };

const wish = JSON.parse(process.argv[2]);
const profile = await mkdtemp(join(tmpdir(), "antrean-web-"));
const browser = await puppeteer.launch({
  executablePath: wish.browser, userDataDir: profile, headless: true, args: wish.switches, defaultViewport: PHONE,
});
try {
  const page = await browser.newPage();
  const seen = await visitAll(page);
  console.log(JSON.stringify({ browser: await browser.version(), ...seen }));
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}

async function visitAll(page) {
  const { gateway, office } = wish;
  const pages = {};
  const visit = async (name, path, prepare) => {
    if (!wish.only.includes(name)) return;
    const url = gateway + path;
    pages[name] = await audit(page, { url, least: wish.least, most: wish.most, runs: wish.runs, prepare });
    await page.goto(url);
    await prepare?.(page);
    pages[name].slow_lcp_ms = await paint(page, url, { ...wish.slow, cached: false, until: WHOLE[name] });
    console.error(`  ${name} at ${path}: ${JSON.stringify(pages[name].scores)}, ${pages[name].runs} run(s)`);
  };
  await visit("home", "/");
  await visit("offices", "/kantor?layanan=passport");
  await visit("dates", `/kantor/${office}?layanan=passport`);
  if (!wish.only.includes("check") && !wish.only.includes("ticket")) return { pages, again: null };
  await goToCheck(page, wish);
  await visit("check", "/periksa");
  if (!wish.only.includes("ticket")) return { pages, again: null };
  const ticket = await takeSeat(page, wish);
  await visit("ticket", ticket, forgetCopy);
  return { pages, again: await visitAgain(page, gateway + ticket) };
}

/** See the ticket again, with what this device keeps: with a line, and without. */
async function visitAgain(page, url) {
  await page.goto(url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto(url);
  await page.waitForSelector(WHOLE.ticket);
  const worker = await browser.waitForTarget((target) => target.type() === "service_worker");
  const repeat = await paint(page, url, { ...wish.usual, cached: true, worker, until: WHOLE.ticket });
  const offline = await paint(page, url, { ...wish.usual, offline: true, cached: true, worker, until: WHOLE.ticket });
  return { repeat_lcp_ms: repeat, offline_lcp_ms: offline };
}
