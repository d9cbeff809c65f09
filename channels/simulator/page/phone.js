// One phone: its switches, its two inboxes, what can be written on it.
import { patch, pathOf, post, remove } from "./api.js";
import { showChat, toEnd } from "./chat.js";
import { complain, el, icon, meant, say, tabs, unseen } from "./dom.js";
import { openSheet } from "./sheet.js";

// The switch, the field of the control API, and the value that it has where the switch is on.
const SWITCHES = [
  ["Offline", "online", false, "Messages stay at one tick until it is back."],
  ["Not on WhatsApp", "on_whatsapp", false, "What is sent fails with 131026."],
  ["Blocked us", "blocked", true, "What is sent stays at one tick for ever."],
  ["Number hidden", "bsuid_only", true, "Webhooks show a user id instead of the number."],
];
const STARTERS = ["Halo", "#tgllayanan", "#kantor", "#bantuan"];

/** Make a phone; `show` draws it as the control API tells it. */
export function makePhone(number) {
  const id = `phone${number.replace("+", "-")}`;
  const card = el("section", { class: "phone", "aria-labelledby": `${id}-name`, id });
  const phone = { number, card, chats: {}, seen: {}, told: null };
  phone.write = (content) => write(phone, content);
  card.append(head(phone, id), switches(phone), inboxes(phone, id), composer(phone));
  phone.show = (told, world) => show(phone, told, world);
  return phone;
}

function head(phone, id) {
  const forget = async () => {
    if (await meant(`Forget the phone of ${phone.told.name}?`, "What was said on it is gone. What was booked stays booked.", "Forget it")) remove(pathOf(phone.number)).catch(complain);
  };
  return el("header", { class: "head behind" },
    el("span", { class: "face", "aria-hidden": "true" }),
    el("div", { class: "who" }, el("h3", { id: `${id}-name` }), el("p", { class: "sub" })),
    el("button", { type: "button", class: "quiet close", title: "Forget this phone", on: { click: forget } }, icon("cross"), unseen("Forget this phone")));
}

function switches(phone) {
  const row = el("div", { class: "switches behind", role: "group", "aria-label": "Switches" });
  for (const [label, field, whenOn, title] of SWITCHES) {
    const turn = (event) => {
      const isOn = event.currentTarget.getAttribute("aria-pressed") === "true";
      patch(pathOf(phone.number), { [field]: isOn ? !whenOn : whenOn }).catch(complain);
    };
    row.append(el("button", { type: "button", class: "pill", "data-field": field, "aria-pressed": "false", title, on: { click: turn } }, label));
  }
  const share = { click: () => phone.write({ share_contact: true }) };
  row.append(el("button", { type: "button", class: "pill share", hidden: true, title: "Sends the contact card, as the answer where it was asked for.", on: share }, "Share number"));
  return row;
}

function inboxes(phone, id) {
  const row = el("div", { class: "tabs", role: "tablist", "aria-label": "Inbox" });
  const box = el("div", { class: "inboxes behind" }, row);
  for (const [channel, label] of [["whatsapp", "WhatsApp"], ["sms", "SMS"]]) {
    const tab = el("button", { type: "button", role: "tab", id: `${id}-${channel}`, "aria-controls": `${id}-${channel}-chat`, "data-tab": channel }, label, el("span", { class: "badge", hidden: true }));
    tab.panel = chatPanel(phone, channel, `${id}-${channel}`);
    phone.chats[channel] = tab.panel;
    row.append(tab);
    box.append(tab.panel);
  }
  tabs(row, (channel) => {
    phone.card.dataset.channel = channel;
    toEnd(phone.chats[channel]);
    if (phone.told) hint(phone);
    if (phone.told) count(phone);
  }).show("whatsapp");
  return box;
}

function chatPanel(phone, channel, id) {
  const start = STARTERS.map((text) => el("button", { type: "button", class: "pill", lang: "id", on: { click: () => phone.write({ text }) } }, text));
  const empty = channel === "sms" ? [el("p", {}, "No SMS yet. Codes and fall-back texts come here.")]
    : [el("p", {}, "Nothing said yet. Begin with"), el("div", { class: "starters" }, ...start)];
  return el("div", { class: `chat ${channel}`, role: "tabpanel", id: `${id}-chat`, "aria-labelledby": id, tabindex: "0" },
    el("div", { class: "empty" }, ...empty),
    el("div", { role: "log", "aria-label": "Messages" }, el("ol", { class: "list" })),
    el("div", { class: "typing", hidden: true }, el("i"), el("i"), el("i"), unseen("typing")));
}

function composer(phone) {
  const input = el("input", { name: "text", autocomplete: "off", placeholder: "Message", "aria-label": "Message", enterkeyhint: "send", lang: "id" });
  const to = el("select", { name: "to", "aria-label": "Business number that is written to", hidden: true });
  const send = el("button", { class: "send", "aria-label": "Send" }, icon("send"));
  const form = el("form", { class: "write" }, to, input, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) phone.write({ text: input.value });
    input.value = "";
  });
  return el("div", { class: "foot behind" }, el("p", { class: "hint", role: "status" }), form);
}

// Who speaks looks at what comes back, wherever they had scrolled to.
function write(phone, content) {
  const mute = whyMute(phone.told);
  if (mute) return complain(new Error(mute));
  toEnd(phone.chats.whatsapp);
  const to = phone.card.querySelector("[name=to]").value;
  return post("/api/inbound", { phone: phone.number, ...content, ...(to && { number_id: to }) }).catch(complain);
}

function whyMute(told) {
  if (!told.on_whatsapp) return "This phone has no WhatsApp: it can write nothing.";
  if (!told.online) return "This phone is offline: it can write nothing.";
  return told.blocked ? "They blocked the business number: they can write nothing to it." : "";
}

function show(phone, told, world) {
  const { card } = phone;
  phone.told = told;
  say(card.querySelector("h3"), told.name);
  say(card.querySelector(".face"), initials(told.name));
  say(card.querySelector(".sub"), told.typing ? "typing…" : told.number);
  for (const [, field, whenOn] of SWITCHES) {
    card.querySelector(`[data-field=${field}]`).setAttribute("aria-pressed", String(told[field] === whenOn));
  }
  card.querySelector(".share").hidden = !told.bsuid_only;
  phone.now = world.now;
  hint(phone);
  for (const part of card.querySelectorAll(".write input, .write button")) part.disabled = Boolean(whyMute(told));
  offerNumbers(card.querySelector("[name=to]"), world.numbers);
  showMessages(phone);
}

function showMessages(phone) {
  const act = { say: phone.write, open: (message, opener) => openSheet(phone.card, message, opener, (id) => phone.write({ reply_id: id })) };
  for (const [channel, chat] of Object.entries(phone.chats)) {
    const messages = phone.told.messages.filter((message) => message.channel === channel);
    chat.querySelector(".empty").hidden = messages.length > 0;
    chat.querySelector(".typing").hidden = !(phone.told.typing && channel === "whatsapp");
    showChat(chat, messages, act);
  }
  count(phone);
}

// How many came to the inbox that is not looked at.
function count(phone) {
  for (const [channel] of Object.entries(phone.chats)) {
    const got = phone.told.messages.filter((one) => one.channel === channel && one.direction === "out").length;
    const isLookedAt = phone.card.dataset.channel === channel;
    phone.seen[channel] = isLookedAt ? got : Math.min(phone.seen[channel] ?? got, got);
    const fresh = got - phone.seen[channel];
    const badge = phone.card.querySelector(`[data-tab=${channel}] .badge`);
    badge.hidden = !fresh;
    say(badge, fresh ? `${fresh} new` : "");
  }
}

function hint(phone) {
  const { told, card, now } = phone;
  const isSms = card.dataset.channel === "sms";
  say(card.querySelector(".hint"), isSms ? "An SMS cannot be answered here." : whyMute(told) || windowOf(told, now));
}

function offerNumbers(select, numbers) {
  const ids = Object.keys(numbers);
  select.hidden = ids.length < 2;
  if (select.options.length === ids.length || select.hidden) return;
  select.replaceChildren(...ids.map((id) => el("option", { value: id }, numbers[id])));
}

// Whether we may write freely: within 24 hours after they wrote.
function windowOf(told, now) {
  if (!told.window_until) return "Never wrote: only templates can be sent here.";
  const ends = new Date(told.window_until);
  if (ends <= now) return "24-hour window closed: templates only.";
  const when = ends.toLocaleString("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" });
  return `24-hour window open until ${when}`;
}

const initials = (name) => name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean).slice(-2).map((word) => word[0]).join("").toUpperCase();
