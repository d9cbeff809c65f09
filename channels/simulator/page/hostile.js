// The hostile mode: which doses, how much of each, by which seed, and what came of it so far.
import { get, put, remove } from "./api.js";
import { byId, complain, el, icon, notice, say } from "./dom.js";

const WORDS = {
  duplicate: ["Duplicates", "a webhook comes two to four times at once"],
  reorder: ["Out of order", "held back until the next one of the same phone has gone"],
  delay: ["Late", "it comes later"],
  batch: ["Batches", "several messages and statuses in one webhook"],
  drop: ["Lost", "it does not arrive, and is sent again after a pause"],
  unheard: ["Answer unheard", "it arrives, the answer is taken as failed, and it is sent again"],
  milliseconds: ["Milliseconds", "timestamps in milliseconds"],
  unknown_fields: ["Unknown fields", "every object has a key that nobody knows"],
  unknown_types: ["Unknown types", "a message or status of an unknown type comes along"],
  delivered_and_failed: ["Delivered and failed", "one message is both, in either order"],
  skip_delivered: ["No “delivered”", "read comes, delivered never does"],
  error: ["Errors", "a send is refused; where the code is of the service, every second goes out"],
  error_in_200: ["Errors in a 200", "likewise, with the status 200"],
  timeout: ["No answer", "the message goes out, and no answer comes"],
  truncated: ["Cut answer", "the message goes out, the answer is cut in the middle"],
  slow: ["Slow answer", "the message goes out, the answer takes its time"],
};
const LIMITS = { per_second: "Messages of a number a second", pair_s: "Seconds for one message to one person", pair_burst: "Messages on credit within them" };
const SECONDS = { delay_s: "Longest delay (s)", reorder_s: "Longest wait for the next (s)", batch_s: "How long a batch fills (s)", slow_s: "Longest slow answer (s)" };
const COUNTS = { webhooks: "webhooks", sends: "sends", limit_130429: "refused with 130429", limit_131056: "refused with 131056" };
const percent = (share) => Number((share * 100).toFixed(2));

/** Wire the hostile mode; gives what draws it anew. */
export function startHostile() {
  const form = byId("hostile");
  byId("hostile-flag").prepend(icon("warn"));
  let drawn = "";
  const refresh = async () => {
    const mode = await get("/api/hostile");
    const { done, ...rest } = mode;
    if (!drawn) draw(mode.usual);
    if (JSON.stringify(rest) !== drawn) fill(form, mode);
    drawn = JSON.stringify(rest);
    showDone(mode, done);
  };
  const turn = (call, text) => call.then(refresh).then(() => notice(text), complain);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turn(put("/api/hostile", asked(form)), "The hostile mode is on, and counts from now.");
  });
  byId("hostile-off").addEventListener("click", () => turn(remove("/api/hostile"), "The hostile mode is off."));
  byId("hostile-usual").addEventListener("click", () => get("/api/hostile").then((mode) => fillDoses(form, mode.usual.doses, mode.usual.limits), complain));
  return { refresh };
}

function draw(usual) {
  for (const [kind, doses] of Object.entries(usual.doses)) byId(`${kind}-doses`).append(...Object.entries(doses).map(([name, share]) => dose(name, share)));
  byId("limits").append(...Object.entries(LIMITS).map(([name, label]) => field(name, `${label}, usual ${usual.limits[name]}`, name === "pair_s" ? "any" : "1")));
  byId("seconds").append(...Object.entries(SECONDS).map(([name, label]) => field(name, label, "any")));
}

function dose(name, share) {
  const [label, what] = WORDS[name] ?? [name, ""];
  const id = `dose-${name}`;
  return el("div", { class: "dose" },
    el("label", { class: "check" }, el("input", { type: "checkbox", name: `on-${name}`, "aria-describedby": `${id}-what` }), el("b", {}, label)),
    el("span", { class: "share" },
      el("label", { class: "unseen", for: id }, `${label}: percent`),
      el("input", { id, name, type: "number", min: "0", max: "100", step: "any", required: true }),
      el("small", {}, `% · usual ${percent(share)}`)),
    el("p", { class: "about" }, el("small", { id: `${id}-what` }, what), el("b", { "data-done": name })));
}

const field = (name, label, step) => el("label", { class: "field" }, label,
  el("input", { name, type: "number", min: step === "1" ? "1" : "0", step, required: true }));

function fill(form, mode) {
  if (mode.on) form.elements.seed.value = mode.seed;
  fillDoses(form, { all: mode.doses }, mode.limits, mode.usual);
  for (const [name, value] of Object.entries(mode.seconds)) form.elements[name].value = value;
  form.elements.codes.value = mode.codes.join(", ");
}

// A dose that is off keeps its usual value, so that turning it on is one tap.
function fillDoses(form, doses, limits, usual) {
  const usually = Object.assign({}, ...Object.values(usual?.doses ?? doses));
  for (const [name, share] of Object.entries(Object.assign({}, ...Object.values(doses)))) {
    form.elements[`on-${name}`].checked = share > 0;
    form.elements[name].value = percent(share || usually[name]);
  }
  form.elements.limited.checked = limits !== null;
  for (const [name, value] of Object.entries(limits ?? usual.limits)) form.elements[name].value = value;
}

// Each dose is named, those that are off as well: what is not named is off.
function asked(form) {
  const { elements } = form;
  const body = { seed: Number(elements.seed.value) };
  for (const name of Object.keys(WORDS)) body[name] = elements[`on-${name}`].checked ? Number(elements[name].value) / 100 : 0;
  if (elements.limited.checked) body.limits = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, Number(elements[name].value)]));
  for (const name of Object.keys(SECONDS)) body[name] = Number(elements[name].value);
  body.codes = elements.codes.value.split(/[\s,]+/).filter(Boolean).map(Number);
  return body;
}

function showDone(mode, done) {
  for (const cell of byId("hostile").querySelectorAll("[data-done]")) say(cell, done[cell.dataset.done] ? `${done[cell.dataset.done]} done` : "");
  const counted = Object.entries(COUNTS).filter(([name]) => done[name]).map(([name, words]) => `${done[name]} ${words}`);
  const state = mode.on ? `On, seed ${mode.seed}` : "Off";
  say(byId("hostile-state"), [state, ...counted].join(" · "));
  byId("hostile-state").classList.toggle("on", mode.on);
  byId("hostile-flag").hidden = !mode.on;
  say(byId("hostile-on"), mode.on ? "Begin anew with these" : "Turn on");
  byId("hostile-off").disabled = !mode.on;
}
