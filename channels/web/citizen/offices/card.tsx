/** One office in a list: where it is, its next free date and what is left. */

import { datesPath, whenOf } from "../../shared/chosen";
import { serviceName } from "../../shared/names";
import { t } from "../../shared/words";
import type { Found, Office } from "./finding";

interface Props {
  found: Found;
  service: string | undefined;
}

export function OfficeCard({ found: { office, km }, service }: Props) {
  return (
    <li class="card" id={`office-${office.office}`}>
      <h2><a href={datesPath(office.office, service)}>{office.name}</a></h2>
      <p class="soft">
        {office.address}
        {km === null ? null : <><br />{t("offices.away", { km: Math.round(km) })}</>}
      </p>
      <Next office={office} />
    </li>
  );
}

function Next({ office: { next_available: next } }: { office: Office }) {
  if (next === null) return <p>{t("offices.none")}</p>;
  return <p>{t("offices.next")} <b>{whenOf(next)}</b> · <b>{t("dates.left", { left: next.remaining })}</b></p>;
}

/** An office that does not offer the service: that is not the same as full. */
export function OtherCard({ office, service }: { office: Office; service: string }) {
  return (
    <li class="card">
      <h2>{office.name}</h2>
      <p>{t("offices.notOffered", { service: serviceName(service) })}</p>
      <p>{t("offices.offered")}</p>
      <ul>
        {office.services.map((other) => (
          <li key={other}><a href={datesPath(office.office, other)}>{serviceName(other)}</a></li>
        ))}
      </ul>
    </li>
  );
}
