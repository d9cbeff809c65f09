// The page put together: what the stream says has changed is asked for and drawn again.
import { get, pathOf, post } from "./api.js";
import { startClock, startFaults } from "./dials.js";
import { byId, complain, el, meant, notice, say, sync, tabs } from "./dom.js";
import { startHostile } from "./hostile.js";
import { startLog } from "./log.js";
import { makePhone } from "./phone.js";

const MOST_PHONES = 12;
const MOST_MESSAGES = 100;
const TOGETHER_MS = 80;
const ANYWAY_MS = 10_000;
const PEOPLE = ["Ani", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hana", "Indra", "Joko", "Kartika", "Lestari"];
const SAMPLE = 6281200000000;
const NARROW = matchMedia("(max-width: 60rem)");

const phones = new Map();
const world = { numbers: {}, now: new Date(), known: 0 };
const clock = startClock();
const log = startLog();
const faults = startFaults();
const hostile = startHostile();
const due = { all: true, phones: new Set(), calls: true };
let bench = "log";

// One look at a time; what comes meanwhile is looked at afterwards.
let isLooking = false;
let isPlanned = false;
function soon() {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(look, TOGETHER_MS);
}

async function look() {
  if (isLooking) return setTimeout(look, TOGETHER_MS);
  isPlanned = false;
  isLooking = true;
  const { all, calls } = due;
  const some = [...due.phones];
  Object.assign(due, { all: false, phones: new Set(), calls: false });
  try {
    if (all) await lookAtAll();
    else await Promise.all(some.map(lookAtPhone));
    if (all || calls) await lookAtBench();
    reached(true);
  } catch {
    reached(false);
  } finally {
    isLooking = false;
  }
}

async function lookAtAll() {
  const [state, every] = await Promise.all([get("/api/state"), get(`/api/phones?limit=${MOST_PHONES}`)]);
  clock.set(state);
  Object.assign(world, { numbers: state.numbers, known: state.phones });
  say(byId("numbers"), Object.values(state.numbers).join(", "));
  say(byId("gateway"), state.verified ? "connected" : "not reached yet");
  byId("gateway").className = state.verified ? "good" : "warn";
  byId("gateway").title = state.gateway;
  const shown = every.sort((a, b) => a.number.localeCompare(b.number));
  sync(byId("phones"), shown.map((phone) => ({ key: phone.number })), ({ key }) => taken(key).card);
  for (const number of phones.keys()) if (!shown.some((phone) => phone.number === number)) phones.delete(number);
  say(byId("more"), state.phones > shown.length ? `The ${shown.length} phones used last, of ${state.phones}.` : "");
  byId("none").hidden = shown.length > 0;
  log.offer(shown);
  pick(shown);
  await Promise.all(shown.map((phone) => lookAtPhone(phone.number)));
}

function taken(number) {
  if (!phones.has(number)) phones.set(number, makePhone(number));
  return phones.get(number);
}

async function lookAtPhone(number) {
  if (!phones.has(number)) return plan({ phone: "" });
  try {
    const told = await get(`${pathOf(number)}?limit=${MOST_MESSAGES}`);
    world.now = clock.now();
    phones.get(number)?.show(told, world);
  } catch (error) {
    if (error.status !== 404) throw error;
    plan({ phone: "" });
  }
}

// What nobody looks at is not asked for.
function lookAtBench() {
  const isOpen = document.body.classList.contains("bench-open");
  const looks = [hostile.refresh()];
  if (isOpen && bench === "log") looks.push(log.refresh());
  if (isOpen && bench === "faults") looks.push(faults.refresh());
  return Promise.all(looks);
}

function reached(isReached) {
  byId("lost").hidden = isReached;
}

// On a narrow screen one phone is seen at a time.
function pick(shown) {
  const row = byId("picker");
  sync(row, shown.map((phone) => ({ key: phone.number, name: phone.name })),
    (item) => el("button", { type: "button", class: "pill", "aria-pressed": "false", on: { click: () => choose(item.key) } }, item.name));
  const current = row.querySelector("[aria-pressed=true]")?.dataset.key;
  if (shown.length) choose(shown.some((phone) => phone.number === current) ? current : shown[0].number);
}

function choose(number) {
  for (const button of byId("picker").children) button.setAttribute("aria-pressed", String(button.dataset.key === number));
  for (const [key, phone] of phones) phone.card.classList.toggle("current", key === number);
}

function plan(news) {
  if (news.call) due.calls = true;
  else if (news.phone) due.phones.add(news.phone);
  else due.all = true;
  soon();
}

function startBench() {
  const row = byId("bench-tabs");
  for (const tab of row.querySelectorAll("[role=tab]")) tab.panel = byId(tab.getAttribute("aria-controls"));
  tabs(row, (name) => { bench = name; plan({ call: -1 }); }).show("log");
  const toggle = byId("bench-toggle");
  const open = (isOpen) => {
    document.body.classList.toggle("bench-open", isOpen);
    toggle.setAttribute("aria-expanded", String(isOpen));
    plan({ call: -1 });
  };
  toggle.addEventListener("click", () => open(!document.body.classList.contains("bench-open")));
  open(!NARROW.matches);
}

function startAdding() {
  const dialog = byId("add");
  const { elements } = dialog.querySelector("form");
  byId("add-open").addEventListener("click", () => {
    const place = PEOPLE.findIndex((_, index) => !phones.has(`+${SAMPLE + index + 1}`));
    elements.phone.value = place < 0 ? "" : `+${SAMPLE + place + 1}`;
    elements.name.value = place < 0 ? "" : `Contoh ${PEOPLE[place]}`;
    say(byId("add-error"), "");
    dialog.showModal();
    elements.phone.select();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    post("/api/phones", { phone: elements.phone.value, name: elements.name.value }).then(async (phone) => {
      dialog.close();
      await lookAtAll();
      choose(phone.number);
      phones.get(phone.number)?.card.querySelector("[name=text]").focus();
    }).catch((error) => say(byId("add-error"), error.message));
  });
}

function startResetting() {
  const consequence = "Phones, messages, log, faults, hostile mode and the clock are as at the start. What was booked stays booked.";
  byId("reset-open").addEventListener("click", async () => {
    if (await meant("Reset the simulator?", consequence, "Reset")) post("/api/reset").then(() => notice("Everything is as at the start."), complain);
  });
}

startBench();
startAdding();
startResetting();
const stream = new EventSource("/api/stream");
stream.addEventListener("message", (event) => plan(JSON.parse(event.data)));
stream.addEventListener("open", () => plan({ phone: "" }));
stream.addEventListener("error", () => reached(false));
setInterval(() => plan({ phone: "" }), ANYWAY_MS);
