/** One visit in a list: when, where, and how it stands, in words. */

import { hours, longDate } from "../../shared/format";
import { serviceName } from "../../shared/names";
import { isPast, type Kept } from "../../shared/tickets";
import { t } from "../../shared/own-words";

interface Props {
  code: string;
  visit: Pick<Kept, "state" | "date" | "timezone" | "hour" | "officeName" | "service">;
  name?: string;
  /** Takes the visit out of this phone; what the gateway lists is not on it. */
  onRemove?: () => void;
}

export function Visit({ code, visit, name, onRemove }: Props) {
  return (
    <li class="card">
      <h3><a href={`/tiket/${code}`}>{longDate(visit.date)}</a></h3>
      <p>
        {hours(visit.hour, visit.timezone)}, {visit.officeName}<br />
        {name === undefined ? null : <>{name}, </>}{serviceName(visit.service)}<br />
        {t("ticket.code")} {code}
      </p>
      <p><strong>{t(`mine.is_${standingOf(visit)}`)}</strong></p>
      {onRemove === undefined
        ? null
        : (
          <button type="button" class="plain" onClick={onRemove}>
            {t("ticket.remove")}<span class="unseen">: {code}</span>
          </button>
        )}
    </li>
  );
}

function standingOf(visit: Props["visit"]): Kept["state"] | "past" {
  return visit.state === "confirmed" && isPast(visit) ? "past" : visit.state;
}
