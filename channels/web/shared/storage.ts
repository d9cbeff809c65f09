/**
 * What a browser keeps for a page: in this tab, or on this device.
 *
 * Where it may keep nothing, or has no room, it is kept as long as the page is open: nothing breaks,
 * and `isKept` lets the page say what is lost with the next one.
 */

type Which = "sessionStorage" | "localStorage";

const PROBE = "antrean.probe";

/** Kept while the tab lives. */
export const inTab = shelf("sessionStorage");

/** Kept on the device: nothing secret, and nobody's name. */
export const onDevice = shelf("localStorage");

/** Whether what is kept is still there on the next page. */
export function isKept(which: Which): boolean {
  return tried(which, (storage) => {
    storage.setItem(PROBE, PROBE);
    storage.removeItem(PROBE);
    return true;
  }) ?? false;
}

/** Use a storage; null where the browser refuses. Where it is forbidden, even to name it throws. */
function tried<T>(which: Which, act: (storage: Storage) => T): T | null {
  try {
    return act(window[which]);
  } catch {
    return null;
  }
}

function shelf(which: Which) {
  const here = new Map<string, string>(); // what the browser did not take
  const read = (name: string) => here.get(name) ?? tried(which, (storage) => storage.getItem(name));
  const drop = (name: string) => {
    here.delete(name);
    tried(which, (storage) => storage.removeItem(name));
  };
  const write = (name: string, text: string) => {
    const isTaken = tried(which, (storage) => { storage.setItem(name, text); return true; }) ?? false;
    if (isTaken) here.delete(name);
    else here.set(name, text);
  };
  return {
    read,
    write,
    drop,
    /** Give a value; null where there is none, or none that can be read. */
    get<T>(name: string): T | null {
      try {
        return JSON.parse(read(name) ?? "null") as T | null;
      } catch {
        return null;
      }
    },
    put(name: string, value: unknown): void {
      write(name, JSON.stringify(value));
    },
    /** Forget all that any page kept. */
    clear(): void {
      here.clear();
      tried(which, (storage) => storage.clear());
    },
  };
}
