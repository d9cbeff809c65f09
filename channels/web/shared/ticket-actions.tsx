/** What can be done with a ticket: taken along, handed on, changed, taken off this phone. */

import { useEffect, useState } from "preact/hooks";
import { hours, longDate } from "./format";
import { Install } from "./install";
import { dropTicket, type Kept } from "./tickets";
import { t } from "./own-words";

export function TicketActions({ kept }: { kept: Kept }) {
  const text = t("ticket.handed_on", {
    code: kept.code,
    date: longDate(kept.date),
    hour: hours(kept.hour, kept.timezone),
    office: kept.officeName,
    address: kept.address,
  });
  const chat = `https://wa.me/?text=${encodeURIComponent(text)}`;
  return (
    <>
      <div class="buttons">
        <Calendar kept={kept} />
        <a class="button second" href={chat} target="_blank" rel="noopener noreferrer">{t("ticket.to_whatsapp")}</a>
        <Install />
      </div>
      <h2>{t("ticket.change_why")}</h2>
      <p>{t("ticket.change_how")}</p>
      <div class="buttons">
        <a class="button second" href={`/ubah/${kept.code}`}>{t("ticket.change")}</a>
        <a class="button danger" href={`/ubah/${kept.code}#batal`}>{t("ticket.cancel")}</a>
      </div>
      <Remove code={kept.code} />
    </>
  );
}

function Calendar({ kept }: { kept: Kept }) {
  const [href, setHref] = useState<string | null>(null);
  useEffect(() => {
    if (kept.calendar === "") return setHref(null);
    const made = URL.createObjectURL(new Blob([kept.calendar], { type: "text/calendar" }));
    setHref(made);
    return () => URL.revokeObjectURL(made);
  }, [kept.calendar]);
  if (href === null) return null;
  return <a class="button" href={href} download={`antrean-${kept.code}.ics`}>{t("ticket.calendar")}</a>;
}

function Remove({ code }: { code: string }) {
  function remove(): void {
    dropTicket(code);
    location.replace("/jadwal");
  }
  return (
    <p class="soft">
      <button type="button" class="plain" onClick={remove}>{t("ticket.remove")}</button> {t("ticket.remove_why")}
    </p>
  );
}
