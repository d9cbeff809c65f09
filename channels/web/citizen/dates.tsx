/** C4: the dates of an office, as a list or a calendar, as they change. */

import { useState } from "preact/hooks";
import { call, type Schemas } from "../shared/api";
import { GoingOn } from "../shared/chosen";
import { draft, keep } from "../shared/draft";
import { Frame } from "../shared/frame";
import { rememberSeen } from "../shared/last-seen";
import { useLoad } from "../shared/load";
import { serviceName } from "../shared/names";
import { Trouble } from "../shared/problem";
import { start } from "../shared/start";
import { t } from "../shared/words";
import { Choosing } from "./dates/choosing";
import { NotOffered } from "./dates/sold-out";

type Office = Schemas["Office"];

function Dates() {
  const id = location.pathname.split("/")[2] ?? "";
  const [named] = useState(serviceNamed);
  const { value: office, problem } = useLoad(id, async (signal) => {
    const { body } = await call<Office>(`/v1/offices/${encodeURIComponent(id)}`, { signal });
    return body;
  });
  const service = office === null ? null : serviceOf(office, named);
  const back = named === undefined ? "/kantor" : `/kantor?layanan=${named}`;
  return (
    <Frame title={t("dates.title")} back={back}>
      {office === null ? null : <Where office={office} service={service} />}
      <GoingOn draft={draft()} />
      {problem === null ? null : (
        <Trouble problem={problem}><p><a href="/kantor">{t("dates.offices")}</a></p></Trouble>
      )}
      {office === null && problem === null ? <p class="soft waiting">{t("dates.loading")}</p> : null}
      {office === null ? null : <Rest office={office} service={service} />}
    </Frame>
  );
}

function Rest({ office, service }: { office: Office; service: string | null }) {
  if (service === null) return <WhichService office={office} />;
  if (!office.services.includes(service)) return <NotOffered office={office} service={service} />;
  rememberSeen({ office: office.office, name: office.name, timezone: office.timezone, service });
  return <Choosing office={office} service={service} />;
}

function Where({ office, service }: { office: Office; service: string | null }) {
  const { lat, lon } = office;
  const map = lat === null || lon === null ? null
    : `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
  return (
    <p class="where">
        <b>{office.name}</b>
        <br />
        <span class="soft">{office.address}</span>
        {service === null ? null : <><br />{t("offices.service", { service: serviceName(service) })}</>}
        <br />
        <a href={service === null ? "/kantor" : `/kantor?layanan=${service}`}>{t("dates.otherOffice")}</a>
        {map === null ? null : <> · <a href={map} rel="noreferrer">{t("dates.map")}</a></>}
    </p>
  );
}

/** Ask which service is meant, where the address names none and the office offers several. */
function WhichService({ office }: { office: Office }) {
  return (
    <>
      <h2>{t("service.title")}</h2>
      <ul class="cards">
        {office.services.map((service) => (
          <li key={service}><a class="choice" href={`?layanan=${service}`}>{serviceName(service)}</a></li>
        ))}
      </ul>
    </>
  );
}

/** Tell which service is meant: by the address, which may be handed on, else as chosen before. */
function serviceNamed(): string | undefined {
  const named = new URLSearchParams(location.search).get("layanan");
  if (named !== null) keep({ service: named });
  return named ?? draft().service;
}

function serviceOf(office: Office, named: string | undefined): string | null {
  const only = office.services.length === 1 ? office.services[0] : undefined;
  return named ?? only ?? null;
}

void start(Dates);
