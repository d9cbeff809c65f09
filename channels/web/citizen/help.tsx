/** C15: what is asked most, and whom to ask the rest. */

import { Frame } from "../shared/frame";
import { prose } from "../shared/prose";
import { useSettings } from "../shared/settings";
import { start } from "../shared/start";
import { t } from "../shared/words";

const ASKED = ["cost", "full", "one", "login", "lost", "change", "offline", "priority"] as const;

function Page() {
  return (
    <Frame back="/" title={t("help.title")}>
      <p>{prose("help.lead")}</p>
      {ASKED.map((asked) => (
        <section key={asked}>
          <h2>{prose(`help.${asked}`)}</h2>
          <p>{prose(`help.${asked}.why`)}</p>
        </section>
      ))}
      <Contact />
    </Frame>
  );
}

/** What an operator set for it; the information desk is always there. */
function Contact() {
  const settings = useSettings();
  const number = settings?.whatsapp_number ?? null;
  const phone = settings?.phone ?? null;
  return (
    <section>
      <h2>{prose("help.contact")}</h2>
      <ul>
        {number === null ? null : (
          <li>
            {prose("help.contact.whatsapp")}:{" "}
            <a class="reach" href={`https://wa.me/${number.replace("+", "")}`}>{number}</a>
          </li>
        )}
        {phone === null ? null : (
          <li>{prose("help.contact.phone")}: <a class="reach" href={`tel:${phone}`}>{phone}</a></li>
        )}
        <li>{prose("help.contact.desk")}</li>
      </ul>
    </section>
  );
}

void start(Page);
