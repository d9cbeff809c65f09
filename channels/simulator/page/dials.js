// Faults of the next sends, and the clock.
import { get, post } from "./api.js";
import { byId, complain, el, notice, say, sync } from "./dom.js";

// What providers answer on a bad day: status, code, words.
const USUAL = {
  whatsapp: [[429, 130429, "too many messages of the number"], [400, 131056, "too many to one person"], [401, 190, "token expired"],
    [500, 131000, "something went wrong"], [503, 131016, "service unavailable"], [404, 132001, "template not there"]],
  sms: [[429, 429, "too many requests"], [500, 500, "internal error"], [503, 503, "service unavailable"], [401, 401, "wrong token"]],
};
const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/** Wire the faults; gives what draws them anew. */
export function startFaults() {
  const form = byId("faults");
  const refresh = async () => draw(await get("/api/faults"));
  form.addEventListener("change", (event) => prepare(form, event.target.name));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    post("/api/faults", asked(form)).then(draw, complain);
  });
  byId("faults-none").addEventListener("click", () => post("/api/faults", { kind: "none" }).then(draw, complain));
  prepare(form, "channel");
  return { refresh };
}

// What fits the choice is shown, and a usual answer is filled in.
function prepare(form, changed) {
  const { channel, kind, usual, status, code } = form.elements;
  if (changed === "channel") usual.replaceChildren(...USUAL[channel.value].map(([http, number, words], place) => el("option", { value: place }, `${http} · ${number} ${words}`)));
  if (changed === "channel" || changed === "usual") [status.value, code.value] = USUAL[channel.value][usual.value];
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(kind.value);
    for (const input of part.querySelectorAll("input, select")) input.disabled = part.hidden;
  }
}

function asked(form) {
  const { channel, kind, status, code, retry, body, times } = form.elements;
  if (kind.value === "twice") return { kind: "twice", times: Number(times.value) };
  const fault = { kind: kind.value, channel: channel.value, times: Number(times.value) };
  if (kind.value === "timeout") return fault;
  fault.status = Number(status.value);
  if (code.value) fault.code = Number(code.value);
  if (retry.value) fault.retry_after = Number(retry.value);
  if (body.value) fault.body = body.value;
  return fault;
}

function draw({ waiting, twice }) {
  const items = waiting.map((fault, place) => ({ key: `${place} ${JSON.stringify(fault)}`, text: wordsOf(fault) }));
  if (twice) items.push({ key: `twice ${twice}`, text: twice === 1 ? "The next webhook comes twice." : `The next ${twice} webhooks come twice.` });
  sync(byId("faults-waiting"), items, (item) => el("li", {}, item.text));
  byId("faults-empty").hidden = items.length > 0;
  byId("faults-none").disabled = !items.length;
}

function wordsOf(fault) {
  const name = fault.channel === "sms" ? "SMS" : "WhatsApp";
  const which = fault.times === 1 ? `The next ${name} send` : `The next ${fault.times} ${name} sends`;
  if (fault.kind === "timeout") return `${which}: taken, then no answer.`;
  return `${which}: ${fault.status}${fault.code ? ` with ${fault.code}` : ""}.`;
}

/** Wire the clock; gives what sets it, and the simulator's time. */
export function startClock() {
  let skew = 0;
  const now = () => new Date(Date.now() + skew);
  const tick = () => {
    const shown = now();
    const day = shown.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
    say(byId("clock-now"), `${day} ${shown.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
  };
  const forward = (seconds) => post("/api/clock", { advance_s: seconds }).then((told) => notice(`Put forward by ${spell(seconds)}.`) ?? set(told), complain);
  const set = (state) => {
    skew = Date.parse(state.now) - Date.now();
    say(byId("clock-skew"), state.skew_s ? `${spell(Math.round(state.skew_s))} ahead of this machine's` : "as this machine's");
    tick();
  };
  byId("clock").addEventListener("click", (event) => {
    const seconds = Number(event.target.closest("[data-forward]")?.dataset.forward);
    if (seconds) forward(seconds);
  });
  byId("clock").addEventListener("submit", (event) => {
    event.preventDefault();
    const { amount, unit } = event.target.elements;
    forward(Number(amount.value) * Number(unit.value));
  });
  setInterval(tick, 1000);
  return { set, now };
}

/** Spell a number of seconds: `1 d 2 h`. */
export function spell(seconds) {
  const words = [];
  let rest = seconds;
  for (const [size, unit] of UNITS) {
    if (rest >= size) words.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  return words.slice(0, 2).join(" ") || "0 s";
}
