/** Booking codes as people type them and as addresses carry them. */

const GROUP = 4;
const WHOLE = 14;
const SHOWN = 4;

/** Read a typed code as tickets write it: `7k4m 2q8r tx3c` is `7K4M-2Q8R-TX3C`. */
export function readCode(typed: string): string {
  const plain = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  return plain.replace(new RegExp(`(.{${GROUP}})(?=.)`, "g"), "$1-");
}

/** Whether a code that was read can be one; whether there is such a booking, only the gateway knows. */
export function isWhole(code: string): boolean {
  return code.length === WHOLE;
}

/** Give the code that stands last in this page's address. */
export function codeOfPage(): string {
  return readCode(decodeURIComponent(location.pathname.split("/").pop() ?? ""));
}

/** Name a command by something short enough to be read out: `R-8F2K`. */
export function shortNumber(request: string): string {
  return `R-${request.slice(0, SHOWN).toUpperCase()}`;
}
