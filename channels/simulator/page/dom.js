// What the page is made with: elements, icons, lists that keep what did not change, short notices.
const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  tick: "M2 8.5 5.5 12 13 4.5",
  ticks: "M.8 8.8 4 12l6.4-7.5M7.6 11.4l.6.6 6.9-7.5",
  clock: "M8 2a6 6 0 1 0 .01 0M8 5v3.3l2.3 1.4",
  cross: "M4 4l8 8M12 4l-8 8",
  send: "M2.5 13.5 14 8 2.5 2.5v4.2L9.5 8l-7 1.3z",
  list: "M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  warn: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.6h.01",
  again: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
};

/** Make an element: attributes by name, `on` for listeners, then what is in it. */
export function el(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, listen] of Object.entries(value)) made.addEventListener(event, listen);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** Draw an icon; it says nothing by itself, a word stands beside it or in the button's label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: `icon i-${name}`, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export const unseen = (text) => el("span", { class: "unseen" }, text);

/** Find by id. */
export const byId = (id) => document.getElementById(id);

/** Set a text only where it changed, so that nothing is read out twice. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Make a list show these items, each known by its key: what stays is mended, not drawn again, so
 * that focus, scrolling and what was opened stay.
 */
export function sync(list, items, make, mend = () => {}) {
  const wanted = new Set(items.map((item) => item.key));
  for (const node of [...list.children]) if (!wanted.has(node.dataset.key)) node.remove();
  let place = list.firstElementChild;
  for (const item of items) {
    if (place?.dataset.key === item.key) {
      mend(place, item);
      place = place.nextElementSibling;
      continue;
    }
    const node = [...list.children].find((one) => one.dataset.key === item.key) ?? make(item);
    node.dataset.key = item.key;
    mend(node, item);
    list.insertBefore(node, place);
  }
}

/** Show a notice for a while; a fault is read out at once. */
export function notice(text, kind = "good") {
  const box = el("p", { class: `notice ${kind}` }, text);
  byId(kind === "bad" ? "alerts" : "notices").replaceChildren(box);
  setTimeout(() => box.remove(), kind === "bad" ? 9000 : 4000);
}

/** Tell what went wrong, in the words of the simulator. */
export const complain = (error) => notice(error.message, "bad");

/** Ask before something is gone for good; true where it is meant. */
export function meant(question, consequence, act) {
  const dialog = el("dialog", { "aria-labelledby": "question" },
    el("form", { method: "dialog" }, el("h2", { id: "question" }, question), el("p", {}, consequence),
      el("div", { class: "buttons" }, el("button", { class: "danger", value: "yes" }, act), el("button", { value: "no", autofocus: true }, "Leave it"))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

/** Copy a text, or say how to where the browser does not let us. */
export async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text);
    notice("Copied.");
  } catch {
    getSelection().selectAllChildren(from);
    notice("Selected: press Ctrl+C to copy it.");
  }
}

/**
 * Make buttons of one row into tabs: one stop for the Tab key, arrows between them.
 * `onShow` hears which panel is shown.
 */
export function tabs(row, onShow = () => {}) {
  const every = [...row.querySelectorAll("[role=tab]")];
  const show = (tab) => {
    for (const other of every) {
      const isShown = other === tab;
      other.setAttribute("aria-selected", String(isShown));
      other.tabIndex = isShown ? 0 : -1;
      other.panel.hidden = !isShown;
    }
    onShow(tab.dataset.tab);
  };
  row.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) show(tab);
  });
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = { Home: 0, End: every.length - 1 }[event.key];
    if (step === undefined && to === undefined) return;
    event.preventDefault();
    const next = every[to ?? (every.indexOf(event.target) + step + every.length) % every.length];
    show(next);
    next.focus();
  });
  return { show: (name) => show(every.find((tab) => tab.dataset.tab === name)) };
}

/** Say a moment as a time of day. */
export const timeOf = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** Say a moment as a day. */
export const dayOf = (at) => new Date(at).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
