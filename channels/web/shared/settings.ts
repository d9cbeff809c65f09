/** What an operator sets for the web while it runs: read once for each page, from /config.json. */

import { useEffect, useState } from "preact/hooks";
import { call, type Schemas } from "./api";

export type Settings = Schemas["Config"];

/** What holds where nothing else is said. */
const USUAL: Settings = {
  name: "Antrean",
  languages: ["id", "en"],
  channels: ["whatsapp", "sms"],
  whatsapp_number: null,
  phone: null,
  code_of_hold: "shown",
  banner: null,
};

let read: Promise<Settings> | undefined;

/** Give the settings; the usual ones where they cannot be had. */
export function settings(): Promise<Settings> {
  read ??= call<Partial<Settings>>("/config.json").then(
    ({ body }) => ({ ...USUAL, ...body }),
    () => USUAL,
  );
  return read;
}

/** Give the settings to a page; null until they are read. */
export function useSettings(): Settings | null {
  const [known, setKnown] = useState<Settings | null>(null);
  useEffect(() => { void settings().then(setKnown); }, []);
  return known;
}
