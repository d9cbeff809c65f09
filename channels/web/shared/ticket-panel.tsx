/** A ticket as it is shown at the counter: one panel with the code, its QR code, day and place. */

import type { ComponentChildren } from "preact";
import { hours, longDate } from "./format";
import { serviceName, sessionName } from "./names";
import type { Kept } from "./tickets";
import { t } from "./own-words";

interface Props {
  kept: Kept;
  /** Who is to come: told by the gateway, never kept on the device. */
  name: string | null;
}

export function TicketPanel({ kept, name }: Props) {
  return (
    <section class="ticket" aria-labelledby="ticket-code">
      <h2 id="ticket-code"><span>{t("ticket.code")}</span> <strong>{kept.code}</strong></h2>
      {kept.qr === ""
        ? <p class="qr none">{t("ticket.qr_missing")}</p>
        : <img class="qr" src={pictureOf(kept.qr)} alt={t("ticket.qr", { code: kept.code })} />}
      <TicketFacts kept={kept} name={name} />
    </section>
  );
}

/** List what a visit is: also where it is to be changed. */
export function TicketFacts({ kept, name }: Props) {
  return (
    <dl class="facts">
      <Fact is={t("ticket.date")}><strong>{longDate(kept.date)}</strong></Fact>
      <Fact is={t("ticket.hour")}>
        <strong>{hours(kept.hour, kept.timezone)}</strong> ({sessionName(kept.session)})
      </Fact>
      <Fact is={t("ticket.queue")}>{kept.queue}</Fact>
      {name === null ? null : <Fact is={t("ticket.name")}>{name}</Fact>}
      <Fact is={t("ticket.service")}>{serviceName(kept.service)}</Fact>
      <Fact is={t("ticket.office")}>{kept.officeName}</Fact>
      <Fact is={t("ticket.address")}>{kept.address}</Fact>
    </dl>
  );
}

function Fact({ is, children }: { is: string; children: ComponentChildren }) {
  return <><dt>{is}</dt><dd>{children}</dd></>;
}

/** Show a drawing as a picture: within one nothing runs and nothing is loaded, whatever it holds. */
function pictureOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
