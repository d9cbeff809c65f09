/** A citizen who takes a place by the pages themselves, as far as the budget needs them to be. */

const PATIENCE_MS = 90_000;
const TRIES = 6;

/** Go from the beginning to the check page: service, office, date, name, and a proven phone. */
export async function goToCheck(page, { gateway, simulator, office, phone }) {
  await page.goto(`${gateway}/layanan`);
  await press(page, "#service-passport");
  await Promise.all([arrival(page, "/kantor"), press(page, "form .button")]);
  await page.goto(`${gateway}/kantor/${office}?layanan=passport`);
  await press(page, 'input[name="slot"]');
  await Promise.all([arrival(page, "/data"), press(page, ".bar .button")]);
  await type(page, "#name", "Contoh Anggaran");
  for (const [part, text] of [["day", "17"], ["month", "8"], ["year", "1990"]]) await type(page, `#born-${part}`, text);
  await press(page, "form .button");
  await type(page, "#phone", phone);
  const message = await insist(page, 'form [type="submit"]', "strong.message");
  const text = await message.evaluate((element) => element.textContent);
  await Promise.all([arrival(page, "/periksa"), send(simulator, phone, text)]);
}

/** Take the seat and confirm it; gives the path of the ticket. */
export async function takeSeat(page, { gateway }) {
  await page.goto(`${gateway}/periksa`);
  await press(page, "#main button.button:not(.second)");
  await page.waitForSelector("[data-held]", { timeout: PATIENCE_MS });
  await Promise.all([arrival(page, "/tiket/"), press(page, "#main button.button:not(.second):not(.danger)")]);
  await page.waitForSelector("#main img.qr", { timeout: PATIENCE_MS });
  return new URL(page.url()).pathname;
}

/** Write to us by WhatsApp, at the simulator's phone. */
async function send(simulator, phone, text) {
  const answer = await fetch(`${simulator}/api/inbound`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ phone, name: "Contoh Anggaran", text }),
  });
  if (!answer.ok) throw new Error(`the simulator says ${answer.status} ${await answer.text()}`);
}

async function press(page, selector) {
  const element = await page.waitForSelector(selector, { timeout: PATIENCE_MS });
  await element.evaluate((found) => found.click());
}

/** Press again where the server was too busy and the page leaves it to its reader. */
async function insist(page, selector, wanted) {
  for (let turn = 0; turn < TRIES; turn += 1) {
    const button = await page.$(selector);
    await button?.evaluate((found) => found.click());
    const came = await page.waitForSelector(wanted, { timeout: PATIENCE_MS / TRIES }).catch(() => null);
    if (came !== null) return came;
  }
  throw new Error(`${wanted} did not come: ${await page.evaluate(() => document.querySelector("main").innerText)}`);
}

async function type(page, selector, text) {
  await page.waitForSelector(selector, { timeout: PATIENCE_MS });
  await page.type(selector, text);
}

async function arrival(page, path) {
  await page.waitForFunction((start) => location.pathname.startsWith(start), { timeout: PATIENCE_MS }, path);
}
