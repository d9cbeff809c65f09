// The log: webhooks and receipts to the gateway, API calls of the system, each to be repeated.
import { get, post, remove } from "./api.js";
import { byId, complain, copy, el, icon, notice, sync, timeOf } from "./dom.js";

const SHOWN = 100;
const WAYS = { webhook: "Webhook →", receipt: "Receipt →", api: "API ←" };
const MEANINGS = { webhook: "WhatsApp webhook to the gateway", receipt: "SMS receipt to the gateway", api: "API call of the system" };

/** Wire the log; gives what draws it anew. */
export function startLog() {
  const form = byId("log-filter");
  const refresh = async () => draw(await get(`/api/log?${asked(form)}`));
  form.addEventListener("change", () => refresh().catch(complain));
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("log-clear").addEventListener("click", () => remove("/api/log").then(() => refresh()).catch(complain));
  byId("env-copy").addEventListener("click", () => copy(byId("env").textContent, byId("env")));
  return { refresh, offer };
}

function asked(form) {
  const { phone, kind, failed } = form.elements;
  const query = new URLSearchParams({ limit: SHOWN });
  if (phone.value) query.set("phone", phone.value);
  if (kind.value) query.set("kind", kind.value);
  if (failed.checked) query.set("failed", "1");
  return query;
}

// The phones that can be chosen; the one that is chosen stays.
function offer(phones) {
  const select = byId("log-filter").elements.phone;
  const items = phones.map((phone) => ({ key: phone.number, name: `${phone.name} ${phone.number}` }));
  if (select.value && !phones.some((phone) => phone.number === select.value)) items.push({ key: select.value, name: select.value });
  sync(select, [{ key: "", name: "All phones" }, ...items], (item) => el("option", { value: item.key }, item.name));
}

function draw(calls) {
  byId("log-empty").hidden = calls.length > 0;
  const items = calls.reverse().map((call) => ({ key: `${call.id} ${call.answer ?? ""}`, call }));
  const opened = new Set([...byId("log").querySelectorAll("details[open]")].map((node) => node.dataset.call));
  sync(byId("log"), items, ({ call }) => entry(call, opened.has(String(call.id))));
}

function entry(call, isOpen) {
  const whole = el("div", { class: "whole" });
  const details = el("details", { "data-call": call.id }, summary(call), whole);
  details.addEventListener("toggle", () => {
    if (details.open && !whole.childElementCount) whole.append(...parts(call));
  });
  details.open = isOpen;
  return el("li", {}, details);
}

function summary(call) {
  const outcome = call.answer === null ? "awaited" : call.failed ? "failed" : "good";
  return el("summary", {},
    el("time", { datetime: call.at, title: call.at }, timeOf(call.at)),
    el("span", { class: `way ${call.kind}`, title: MEANINGS[call.kind] }, WAYS[call.kind]),
    el("span", { class: "what" }, call.what || "-"),
    el("span", { class: "whose" }, whose(call.phones)),
    el("span", { class: `answer ${outcome}` }, call.answer === null ? "no answer yet" : `${call.failed ? "✗ " : ""}${call.answer}`),
    el("span", { class: "ms" }, call.answer === null ? "" : `${Math.round(call.ms)} ms`));
}

const whose = (phones) => (phones.length > 1 ? `${phones[0]} and ${phones.length - 1} more` : phones[0] ?? "");

function parts(call) {
  return [
    el("p", { class: "url" }, `${call.method} ${call.url}`),
    call.curl ? text("curl line to repeat it", call.curl) : el("p", { class: "soft" }, "Too long to be repeated from here."),
    call.kind === "api" ? null : el("p", {}, el("button", { type: "button", class: "small", on: { click: () => repeat(call) } }, icon("again"), "Deliver again")),
    text("Body", pretty(call.body)),
    call.answer_body ? text("Answer", pretty(call.answer_body)) : null,
    text("Headers", Object.entries(call.headers).map(([name, value]) => `${name}: ${value}`).join("\n")),
  ].filter(Boolean);
}

function text(label, letters) {
  const pre = el("pre", { tabindex: "0", role: "group", "aria-label": label }, letters);
  const head = el("div", { class: "text-head" }, el("span", {}, label),
    el("button", { type: "button", class: "small", "aria-label": `Copy: ${label}`, on: { click: () => copy(letters, pre) } }, icon("copy"), "Copy"));
  return el("div", { class: "text" }, head, pre);
}

function repeat(call) {
  post(`/api/log/${call.id}/repeat`).then((told) => notice(told.delivered ? "Delivered again." : "Not taken; it is tried again."), complain);
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
