/** What a screen reader is told of: one quiet voice for the whole page. */

const PAUSE_MS = 30_000;
let last = 0;
let later: ReturnType<typeof setTimeout> | undefined;

/** Say something now, after what is being read. */
export function say(text: string): void {
  clearTimeout(later);
  last = Date.now();
  const voice = document.getElementById("said");
  if (voice !== null) voice.textContent = text;
}

/** Say something that changes often: only the latest of it, and at most twice a minute. */
export function sayNowAndThen(text: string): void {
  clearTimeout(later);
  const wait = last + PAUSE_MS - Date.now();
  if (wait <= 0) say(text);
  else later = setTimeout(() => say(text), wait);
}
