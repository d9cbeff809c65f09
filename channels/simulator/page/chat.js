// One conversation: bubbles with their ticks, day by day, what can be tapped, and who types.
import { dayOf, el, icon, say, sync, timeOf, unseen } from "./dom.js";
import { words } from "./words.js";

const TICKS = { accepted: "clock", sent: "tick", delivered: "ticks", read: "ticks", failed: "cross" };
const NEAR_THE_END = 48;

/** Show the messages of one channel; who looks at the end goes on looking at the end. */
export function showChat(chat, messages, act) {
  const isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < NEAR_THE_END;
  sync(chat.querySelector(".list"), withDays(messages), (item) => draw(item, act), mend);
  if (isAtEnd) toEnd(chat);
}

/** Look at what was said last. */
export const toEnd = (chat) => { chat.scrollTop = chat.scrollHeight; };

function withDays(messages) {
  const items = [];
  let day = "";
  for (const message of messages) {
    const its = dayOf(message.at);
    if (its !== day) items.push({ key: `day ${its}`, day: its });
    day = its;
    items.push({ key: message.id, message });
  }
  return items;
}

function draw(item, act) {
  if (item.day) return el("li", { class: "day" }, el("span", {}, item.day));
  const { message } = item;
  const who = message.direction === "in" ? "You wrote: " : message.channel === "sms" ? "SMS: " : "You got: ";
  return el("li", { class: `bubble ${message.direction} ${message.channel}` },
    unseen(who),
    el("div", { class: "words", lang: "id" }, ...words(message.text, message.channel)),
    message.footer ? el("p", { class: "footer", lang: "id" }, message.footer) : null,
    message.segments ? sizeOf(message) : null,
    meta(message),
    el("p", { class: "why", hidden: true }),
    choices(message, act));
}

function meta(message) {
  const kind = message.template ? `template ${message.template}` : "";
  return el("p", { class: "meta" },
    kind ? el("span", { class: "kind" }, kind) : null,
    el("time", { datetime: message.at, title: message.at }, timeOf(message.at)),
    el("span", { class: "tick" }));
}

// What can change on a bubble that stands: how far it came.
function mend(node, { message }) {
  if (!message) return;
  const tick = node.querySelector(".tick");
  if (tick.dataset.status !== message.status) {
    node.classList.toggle("failed", message.status === "failed");
    tick.dataset.status = message.status;
    tick.replaceChildren(icon(TICKS[message.status] ?? "clock"), message.status);
  }
  const why = node.querySelector(".why");
  why.hidden = message.status !== "failed";
  say(why, [message.error, message.reason].filter(Boolean).join(": "));
}

function sizeOf(message) {
  const many = message.segments === 1 ? "1 segment" : `${message.segments} segments`;
  const because = message.beyond ? ` because of ${[...message.beyond].slice(0, 6).join(" ")}` : "";
  return el("p", { class: "size" }, el("b", {}, many), ` · ${message.alphabet}${because} · ${message.units} of ${message.room}`);
}

function choices(message, act) {
  const offered = [];
  if (message.rows) {
    const opens = { click: (event) => act.open(message, event.currentTarget) };
    offered.push(el("button", { type: "button", class: "choice", lang: "id", "aria-haspopup": "dialog", on: opens }, icon("list"), message.rows_button));
  }
  for (const button of message.buttons ?? []) {
    const taps = { click: () => act.say({ reply_id: button.id }) };
    offered.push(el("button", { type: "button", class: "choice", lang: "id", on: taps }, button.title));
  }
  return offered.length ? el("div", { class: "choices" }, ...offered) : null;
}
