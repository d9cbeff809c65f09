/** When the largest thing was painted, on a line and a processor that are slowed down for real. */

const QUIET_MS = 1_500;
const LONGEST_MS = 30_000;

/** Load a page once under these conditions; gives when its largest part was painted, in ms. */
export async function paint(page, url, how) {
  const sessions = [await page.createCDPSession()];
  if (how.worker) sessions.push(await how.worker.createCDPSession());
  await page.setBypassServiceWorker(!how.worker);
  await page.setCacheEnabled(how.cached);
  await page.emulateCPUThrottling(how.cpu);
  for (const session of sessions) await slow(session, how);
  try {
    await page.goto(url, { waitUntil: "domcontentloaded", timeout: LONGEST_MS });
    return await largest(page, how.until);
  } finally {
    for (const session of sessions) await slow(session, { offline: false, latency_ms: 0, kbps: 0 });
    await page.emulateCPUThrottling(1);
    await page.setCacheEnabled(true);
    await page.setBypassServiceWorker(false);
    for (const session of sessions) await session.detach();
  }
}

async function slow(session, { offline = false, latency_ms, kbps }) {
  const bytes = kbps === 0 ? -1 : (kbps * 1_000) / 8;
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline, latency: latency_ms, downloadThroughput: bytes, uploadThroughput: bytes,
  });
}

/** Wait until the page is there and nothing larger was painted for a while. */
async function largest(page, selector) {
  await page.waitForSelector(selector, { timeout: LONGEST_MS });
  return page.evaluate((quietMs) => new Promise((resolve) => {
    let found = { startTime: -1 };
    let timer = 0;
    const settle = () => { clearTimeout(timer); timer = setTimeout(() => resolve(found.startTime), quietMs); };
    new PerformanceObserver((list) => {
      found = list.getEntries().at(-1);
      settle();
    }).observe({ type: "largest-contentful-paint", buffered: true });
    settle();
  }), QUIET_MS);
}
