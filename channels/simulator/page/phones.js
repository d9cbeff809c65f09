// The phones of the simulator: everything a person does here is one call of the control API.
const phones = document.getElementById("phones");
const cards = new Map();
const SWITCHES = [["online", "online"], ["on_whatsapp", "WhatsApp"], ["blocked", "blocked"], ["bsuid_only", "hide number"]];
const TICKS = { accepted: "🕓", sent: "✓", delivered: "✓✓", read: "✓✓", failed: "✗" };

async function api(path, body, method = "POST") {
  const options = body ? { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {};
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error((await answer.json()).error ?? answer.status);
  return answer.json();
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Who speaks looks at what comes back, wherever they had scrolled to.
function say(phone, content) {
  const chat = cards.get(phone.number)?.querySelector(".chat");
  if (chat) chat.scrollTop = chat.scrollHeight;
  const body = { phone: phone.number, name: phone.name, ...content };
  return api("/api/inbound", body).catch((error) => alert(error.message));
}

function card(phone) {
  const section = document.getElementById("phone").content.cloneNode(true).firstElementChild;
  section.querySelector("h2").textContent = phone.name;
  section.querySelector(".number").textContent = phone.number;
  const chat = section.querySelector(".chat");
  for (const [name, label] of SWITCHES) {
    const box = element("label");
    const input = element("input");
    input.type = "checkbox";
    input.name = name;
    input.addEventListener("change", () => api(`/api/phones/${encodeURIComponent(phone.number)}`, { [name]: input.checked }, "PATCH"));
    box.append(input, label);
    section.querySelector(".switches").append(box);
  }
  for (const tab of section.querySelectorAll("[role=tab]")) {
    tab.addEventListener("click", () => {
      chat.dataset.show = tab.dataset.tab;
      for (const other of section.querySelectorAll("[role=tab]")) other.setAttribute("aria-selected", String(other === tab));
      chat.scrollTop = chat.scrollHeight;
    });
  }
  section.querySelector(".say").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = event.target.elements.text;
    if (input.value.trim()) say(phone, { text: input.value });
    input.value = "";
  });
  phones.append(section);
  return section;
}

// *bold* as WhatsApp shows it; an SMS has no such thing.
function words(message) {
  const parts = message.channel === "sms" ? [message.text] : message.text.split(/\*([^*\n]+)\*/);
  return parts.map((part, place) => (place % 2 ? element("b", "", part) : part));
}

function bubble(phone, message) {
  const box = element("div", `bubble ${message.direction} ${message.channel} ${message.status}`);
  box.append(...words(message));
  const choices = element("div", "choices");
  if (message.rows_button) choices.append(element("span", "opens", `☰ ${message.rows_button}`));
  for (const button of message.buttons ?? []) choices.append(choice(phone, button));
  for (const row of message.rows ?? []) choices.append(choice(phone, row));
  if (choices.childElementCount) box.append(choices);
  const time = new Date(message.at).toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const segments = message.segments ? `${message.segments} segmen ${message.alphabet} · ` : "";
  const meta = element("span", "meta", `${segments}${time} `);
  const tick = element("span", message.status, TICKS[message.status] ?? "");
  tick.title = message.error ? `${message.status} ${message.error}` : message.status;
  meta.append(tick);
  box.append(meta);
  return box;
}

function choice(phone, offered) {
  const button = element("button", "", offered.title);
  button.type = "button";
  if (offered.description) button.append(element("small", "", offered.description));
  button.addEventListener("click", () => say(phone, { reply_id: offered.id }));
  return button;
}

async function refresh(phone) {
  const messages = await api(`/api/phones/${encodeURIComponent(phone.number)}/messages`);
  if (!cards.has(phone.number)) cards.set(phone.number, card(phone));
  const section = cards.get(phone.number);
  for (const [name] of SWITCHES) section.querySelector(`[name=${name}]`).checked = phone[name];
  show(phone, section.querySelector(".chat"), messages.slice(-100));
  const sms = messages.filter((message) => message.channel === "sms").length;
  section.querySelector(".count").textContent = sms ? `(${sms})` : "";
  section.querySelector(".chat").classList.toggle("no-sms", !sms);
  section.querySelector(".chat").classList.toggle("no-whatsapp", sms === messages.length);
}

// Only what changed is drawn again: who scrolled up or stands on a button stays there.
function show(phone, chat, messages) {
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
  const shown = new Map([...chat.querySelectorAll(".bubble")].map((box) => [box.dataset.id, box]));
  for (const message of messages) {
    const now = JSON.stringify(message);
    const before = shown.get(message.id);
    shown.delete(message.id);
    if (before?.dataset.now === now) continue;
    const box = bubble(phone, message);
    Object.assign(box.dataset, { id: message.id, now });
    if (before) before.replaceWith(box);
    else chat.append(box);
  }
  for (const gone of shown.values()) gone.remove();
  if (atEnd) chat.scrollTop = chat.scrollHeight;
}

// The number that is typed is left alone while somebody types.
function showHostile(mode) {
  const { on, seed } = document.getElementById("hostile").elements;
  on.checked = mode.on;
  if (mode.on && document.activeElement !== seed) seed.value = mode.seed;
  const done = Object.entries(mode.done).map(([name, times]) => `${name.replaceAll("_", " ")} ${times}`);
  document.getElementById("done").textContent = done.length ? `${mode.on ? "Done so far" : "Was done"}: ${done.join(" · ")}` : "";
}

async function refreshAll() {
  showHostile(await api("/api/hostile"));
  const state = await api("/api/state");
  const numbers = Object.values(state.numbers).join(", ");
  document.getElementById("state").textContent = `Business number ${numbers} · gateway ${state.verified ? "connected" : "not reached yet"} · clock ${state.now.slice(0, 16).replace("T", " ")} UTC`;
  const all = await api("/api/phones");
  const shown = all.slice(-12).sort((a, b) => a.number.localeCompare(b.number));
  const numbersShown = new Set(shown.map((phone) => phone.number));
  for (const [number, section] of cards) {
    if (numbersShown.has(number)) continue;
    section.remove();
    cards.delete(number);
  }
  for (const phone of shown) await refresh(phone);
  const log = await api("/api/log");
  document.querySelector("#log ol").replaceChildren(...log.slice(-50).reverse().map((entry) => element("li", "", `${entry.answer} ${entry.ms} ms ${entry.body}`)));
}

let due = false;
function soon() {
  if (due) return;
  due = true;
  setTimeout(() => { due = false; refreshAll().catch(() => {}); }, 60);
}

document.getElementById("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  api("/api/phones", { phone: form.elements.phone.value, name: form.elements.name.value }).then(() => form.reset(), (error) => alert(error.message));
});
document.getElementById("day").addEventListener("click", () => api("/api/clock", { advance_s: 86400 }).then(soon));
document.getElementById("hostile").addEventListener("change", (event) => {
  const { on, seed } = event.currentTarget.elements;
  const call = on.checked ? api("/api/hostile", { seed: Number(seed.value) }, "PUT") : api("/api/hostile", {}, "DELETE");
  call.catch((error) => alert(error.message)).finally(soon);
});
document.getElementById("hostile").addEventListener("submit", (event) => event.preventDefault());
const stream = new EventSource("/api/stream");
stream.addEventListener("message", soon);
stream.addEventListener("open", soon);
setInterval(soon, 10000);
soon();
