/** C4a: no seat here. Why, when there will be some, and where there are some now. */

import { useEffect } from "preact/hooks";
import { call, type Schemas } from "../../shared/api";
import { datesPath, whenOf } from "../../shared/chosen";
import { longDate, momentAt } from "../../shared/format";
import { useLoad } from "../../shared/load";
import { Countdown } from "../../shared/moments";
import { serviceName } from "../../shared/names";
import { say } from "../../shared/say";
import { type Day, nextOpening, stateOf } from "../../shared/seats";
import { t, type Word } from "../../shared/words";
import { tellDay } from "./day";

type Office = Schemas["Office"];

interface Props {
  office: Office;
  service: string;
  days: Day[];
}

const NEAREST = 3;

export function SoldOut({ office, service, days }: Props) {
  const opens = nextOpening(days);
  const told = days.filter((day) => stateOf(day) !== "not_offered");
  const word = whyOf(days);
  const why = t(word, { last: longDate(lastOf(days)), service: serviceName(service) });
  useEffect(() => say(why), [why]);
  return (
    <>
      <div class="panel warn" data-sold-out>
        <p><b>{why}</b></p>
        {opens === null ? <p>{t("soldout.unknown")}</p> : (
          <>
            <p>{t("soldout.opens", { moment: momentAt(opens, office.timezone) })} <Countdown to={opens} /></p>
            <p>{t("soldout.stay")}</p>
          </>
        )}
        {word === "soldout.full" ? <p>{t("soldout.returns")}</p> : null}
      </div>
      <Elsewhere office={office} service={service} />
      {told.length === 0 ? null : (
        <details>
          <summary>{t("soldout.days")}</summary>
          <ul>{told.map((day) => <li key={day.date}>{longDate(day.date)}: {tellDay(day, office.timezone)}</li>)}</ul>
        </details>
      )}
    </>
  );
}

/** Say which of the five answers holds here: full, not open yet, closed and not offered differ. */
function whyOf(days: Day[]): Word {
  const states = new Set(days.map(stateOf));
  if (states.has("full")) return "soldout.full";
  if (states.has("unreleased")) return "soldout.unreleased";
  return states.has("closed") ? "soldout.closed" : "soldout.nothing";
}

/** Give the last day of which there is anything to say. */
function lastOf(days: Day[]): string {
  const told = days.filter((day) => stateOf(day) === "full");
  return (told.at(-1) ?? days.at(-1))?.date ?? "";
}

/** This office does not offer the service: that is not the same as full. */
export function NotOffered({ office, service }: { office: Office; service: string }) {
  return (
    <>
      <div class="panel warn" data-not-offered>
        <p><b>{t("offices.notOffered", { service: serviceName(service) })}</b></p>
        <p>{t("soldout.notFull")}</p>
        <ul>
          {office.services.map((other) => (
            <li key={other}><a href={datesPath(office.office, other)}>{t("soldout.here", { service: serviceName(other) })}</a></li>
          ))}
        </ul>
      </div>
      <Elsewhere office={office} service={service} />
    </>
  );
}

/** Other offices with quota, the nearest first. */
function Elsewhere({ office, service }: { office: Office; service: string }) {
  const { value } = useLoad(`${office.office} ${service}`, async (signal) => {
    const query = new URLSearchParams({ service, available: "true", brief: "true" });
    if (office.lat !== null && office.lon !== null) query.set("near", `${office.lat},${office.lon}`);
    const { body } = await call<Schemas["Offices"]>(`/v1/offices?${query}`, { signal });
    return body.offices.filter((other) => other.office !== office.office);
  });
  if (value === null) return null;
  if (value.length === 0) return <p>{t("soldout.nowhere")}</p>;
  return (
    <section>
      <h2>{t("soldout.elsewhere")}</h2>
      <ul class="cards">
        {value.slice(0, NEAREST).map((other) => <Other key={other.office} other={other} service={service} />)}
      </ul>
      <div class="buttons">
        <a class="button second" href={`/kantor?layanan=${service}&kuota=1`}>{t("soldout.all", { count: value.length })}</a>
      </div>
    </section>
  );
}

function Other({ other, service }: { other: Office; service: string }) {
  const { next_available: next, distance_km: km } = other;
  return (
    <li class="card">
      <h3><a href={datesPath(other.office, service)}>{other.name}</a></h3>
      <p>
        {next === null ? null : <><b>{whenOf(next)}</b> · <b>{t("dates.left", { left: next.remaining })}</b></>}
        {km == null ? null : <><br /><span class="soft">{t("offices.away", { km: Math.round(km) })}</span></>}
      </p>
    </li>
  );
}
