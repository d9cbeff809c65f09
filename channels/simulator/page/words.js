// A message's letters as WhatsApp shows them: *bold*, _italic_, ~struck~, ```as typed``` and links.
import { el } from "./dom.js";

const MARKS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|```([^`]+)```|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<!\w)_([^_\n]+)_(?!\w)|(?<!\w)~([^~\n]+)~(?!\w)/g;
const TAGS = [null, null, "code", "b", "i", "s"];

const link = (url) => el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);

/** Give the parts of a text; an SMS has links only. */
export function words(text, channel) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    const place = found.findIndex((part, index) => index > 0 && part !== undefined);
    if (place > 1 && channel === "sms") continue;
    parts.push(text.slice(from, found.index), place === 1 ? link(found[1]) : el(TAGS[place], {}, found[place]));
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
