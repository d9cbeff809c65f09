/**
 * Keeps the pages that show a ticket, so that one is shown without a line.
 *
 * Shells and scripts alone are kept here. Nothing of the API is: tickets are the page's to keep, and
 * what is sent is answered by the gateway or not at all.
 */

// Written in by the build, so that each build is a worker of its own with a store of its own.
const BUILT = "__BUILT__";
const KEPT = ["__KEPT__"];
const LATER = ["__LATER__"];
const SHELLS = ["__SHELLS__"];

const STORE = `antrean-${BUILT}`;
const STORES = 2;
const NOWHERE = "/404";
const SETTINGS = "/config.json";
const PATIENCE_MS = 1000;
const ANYHOW = { ignoreVary: true };

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const shell = shellOf(pathname);
  if (request.mode === "navigate" && shell !== null) event.respondWith(showPage(event, shell));
  else if (/^\/(assets\/|icon)/.test(pathname)) event.respondWith(showFile(request));
  else if (pathname === SETTINGS) event.respondWith(showSettings(request));
});

/** Name the shell of an address: the same for every office and code, so that no code is kept. */
function shellOf(path) {
  const bare = path.length > 1 ? path.replace(/\/$/, "") : path;
  const shell = bare.replace(/^\/([^/]+)\/[^/]+$/, "/$1/x");
  return SHELLS.includes(shell) ? shell : null;
}

async function keepAll() {
  const store = await caches.open(STORE);
  const files = LATER.map((path) => keepFile(store, path));
  await Promise.all([...files, ...KEPT.map(async (path) => {
    // Scripts never change under one name; shells do, and are asked for anew, as a browser does.
    const response = await fetch(path, { cache: "no-cache", headers: { Accept: "text/html" } });
    if (!response.ok && path !== NOWHERE) throw new Error(`${path} is ${response.status}`);
    await keepShell(store, path, response);
  })]);
}

/** Keep a shell once all that it names is kept: without its scripts it would show nothing. */
async function keepShell(store, shell, response) {
  const text = await response.clone().text();
  await Promise.all([...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => keepFile(store, path)));
  await store.put(shell, response);
}

/** Keep a file; what did not change from one build to the next is not fetched anew. */
async function keepFile(store, path) {
  if (await store.match(path, ANYHOW)) return;
  const response = (await caches.match(path, ANYHOW)) ?? (await fetch(path));
  if (!response.ok) throw new Error(`${path} is ${response.status}`);
  await store.put(path, response);
}

/** Drop what is older than the build before: a page of that one may be open still. */
async function dropOthers() {
  const names = (await caches.keys()).filter((name) => name !== STORE);
  await Promise.all(names.slice(0, 1 - STORES).map((name) => caches.delete(name)));
}

/** Ask for a page, and show the kept shell where that takes long or nothing answers. */
async function showPage(event, shell) {
  const store = await caches.open(STORE);
  const kept = await store.match(shell, ANYHOW);
  const asked = fetch(event.request);
  const keeping = asked.then((response) => (
    response.ok && !response.redirected ? keepShell(store, shell, response.clone()) : undefined
  ));
  event.waitUntil(keeping.catch(() => undefined));
  if (kept === undefined) return asked.catch(async () => (await store.match(NOWHERE, ANYHOW)) ?? Response.error());
  const patience = new Promise((resolve) => { setTimeout(() => resolve(kept), PATIENCE_MS); });
  const fresh = asked.then((response) => (response.status < 500 ? response : kept), () => kept);
  return Promise.race([fresh, patience]);
}

async function showFile(request) {
  const store = await caches.open(STORE);
  const kept = (await store.match(request, ANYHOW)) ?? (await caches.match(request, ANYHOW));
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await store.put(request, response.clone());
  return response;
}

async function showSettings(request) {
  const store = await caches.open(STORE);
  try {
    const response = await fetch(request);
    if (response.ok) await store.put(SETTINGS, response.clone());
    return response;
  } catch {
    return (await store.match(SETTINGS, ANYHOW)) ?? Response.error();
  }
}
