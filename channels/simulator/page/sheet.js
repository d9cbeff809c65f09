// The sheet that a list opens on a phone: rows with their descriptions, one is chosen and sent.
import { el, icon } from "./dom.js";

let drawn = 0;

/** Open a list's sheet over a phone; `send` gets the id of the row, `opener` the focus back. */
export function openSheet(phone, message, opener, send) {
  phone.querySelector(".sheet .close")?.click();
  const name = `sheet-${(drawn += 1)}`;
  const veil = el("div", { class: "veil" });
  const submit = el("button", { class: "primary", disabled: true }, icon("send"), "Send");
  const form = el("form", { class: "sheet-form" },
    el("div", { class: "sheet-head" },
      el("button", { type: "button", class: "close quiet", "aria-label": "Close the list" }, icon("cross")),
      el("h3", { id: `${name}-title`, lang: "id" }, message.rows_button)),
    el("div", { class: "rows" }, ...sections(message, name)),
    el("div", { class: "sheet-foot" }, submit));
  const sheet = el("div", { class: "sheet", role: "dialog", "aria-labelledby": `${name}-title` }, form);
  const behind = [...phone.querySelectorAll(".behind")];
  const close = () => {
    veil.remove();
    sheet.remove();
    for (const part of behind) part.inert = false;
    (opener.isConnected ? opener : phone.querySelector("[name=text]"))?.focus();
  };
  listen(form, submit, close, send);
  veil.addEventListener("click", close);
  for (const part of behind) part.inert = true;
  phone.append(veil, sheet);
  form.querySelector("input")?.focus();
}

function listen(form, submit, close, send) {
  form.querySelector(".close").addEventListener("click", close);
  form.addEventListener("change", () => { submit.disabled = false; });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    if (!chosen) return;
    close();
    send(chosen.value);
  });
}

// A row's section is known by how many rows each section has.
function sections(message, name) {
  const rows = [...message.rows];
  const told = message.sections ?? [{ title: "", rows: rows.length }];
  return told.map((section) => el("fieldset", {},
    el("legend", { lang: "id" }, section.title || message.rows_button),
    ...rows.splice(0, section.rows).map((row) => rowOf(row, name))));
}

const rowOf = (row, name) => el("label", { class: "row", lang: "id" },
  el("input", { type: "radio", name, value: row.id }),
  el("span", {}, el("b", {}, row.title), row.description ? el("small", {}, row.description) : null));
