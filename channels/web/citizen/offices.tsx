/** C3: all offices, found by town and, if wanted, by distance. */

import { useEffect, useState } from "preact/hooks";
import { call, type Schemas } from "../shared/api";
import { GoingOn } from "../shared/chosen";
import { draft, keep } from "../shared/draft";
import { TextField } from "../shared/field";
import { Frame } from "../shared/frame";
import { useLoad, useWhileSeen } from "../shared/load";
import { serviceName } from "../shared/names";
import { Trouble } from "../shared/problem";
import { say } from "../shared/say";
import { start } from "../shared/start";
import { t } from "../shared/words";
import { OfficeCard, OtherCard } from "./offices/card";
import { findOffices, type Found, type Office, type Point, type Wish } from "./offices/finding";

const AGAIN_MS = 30_000;
const SHOWN = 12;
const SAY_AFTER_MS = 700;

function Offices() {
  const [wish, setWish] = useState<Wish>(wished);
  const service = serviceWished();
  const { value, problem, again } = useOffices(`for ${service}`, service);
  const others = useOffices(service !== undefined && wish.words !== "" ? "all" : null, undefined);
  useWhileSeen(again, AGAIN_MS);
  useEffect(() => remember(wish), [wish]);
  const found = value === null ? null : findOffices(value, wish);
  const notOffering = others.value === null || service === undefined ? []
    : findOffices(others.value, { ...wish, onlyFree: false }).filter(({ office }) => !office.services.includes(service));
  return (
    <Frame title={t("offices.title")} back="/layanan">
      {service === undefined ? null : (
        <p>{t("offices.service", { service: serviceName(service) })} · <a href="/layanan">{t("offices.other")}</a></p>
      )}
      <GoingOn draft={draft()} />
      <Search wish={wish} onWish={setWish} />
      {problem === null ? null : <Trouble problem={problem} />}
      {found === null ? (problem === null ? <p class="soft waiting">{t("offices.loading")}</p> : null)
        : <List found={found} service={service} wish={wish} isElsewhere={notOffering.length > 0} />}
      {service === undefined || notOffering.length === 0 ? null : (
        <ul class="cards">
          {notOffering.slice(0, SHOWN).map(({ office }) => <OtherCard key={office.office} office={office} service={service} />)}
        </ul>
      )}
    </Frame>
  );
}

/** Load the offices that offer a service, or all of them. */
function useOffices(name: string | null, service: string | undefined) {
  return useLoad<Office[]>(name, async (signal) => {
    const query = service === undefined ? "" : `&service=${encodeURIComponent(service)}`;
    return (await call<Schemas["Offices"]>(`/v1/offices?brief=true${query}`, { signal })).body.offices;
  });
}

interface SearchProps {
  wish: Wish;
  onWish: (wish: Wish) => void;
}

function Search({ wish, onWish }: SearchProps) {
  const [refused, setRefused] = useState(false);
  const locate = () => {
    const found = ({ coords }: GeolocationPosition) => {
      setRefused(false);
      onWish({ ...wish, near: { lat: coords.latitude, lon: coords.longitude } });
    };
    const not = () => { setRefused(true); say(t("offices.refused")); };
    if (wish.near !== null) onWish({ ...wish, near: null });
    else if ("geolocation" in navigator) navigator.geolocation.getCurrentPosition(found, not, { timeout: 10_000 });
    else not();
  };
  return (
    <form role="search" onSubmit={(event) => event.preventDefault()}>
      <TextField
        id="q" type="search" label={t("offices.search")} hint={t("offices.search.hint")}
        value={wish.words} onText={(words) => onWish({ ...wish, words })} autoComplete="off" maxLength={80}
      />
      <label class="choice">
        <input
          type="checkbox" checked={wish.onlyFree}
          onChange={(event) => onWish({ ...wish, onlyFree: event.currentTarget.checked })}
        />
        <span>{t("offices.onlyFree")}</span>
      </label>
      <p>
        <button type="button" class="button second" aria-pressed={wish.near !== null} onClick={locate}>
          {t("offices.nearest")}
        </button>
      </p>
      {refused ? <p>{t("offices.refused")}</p> : null}
      {wish.near === null ? null : <p class="soft">{t("offices.nearest.kept")}</p>}
    </form>
  );
}

interface ListProps {
  found: Found[];
  service: string | undefined;
  wish: Wish;
  /** Whether offices of that name are there, but none that offers the service. */
  isElsewhere: boolean;
}

function List({ found, service, wish, isElsewhere }: ListProps) {
  const [most, setMost] = useState(SHOWN);
  const free = found.filter(({ office }) => office.next_available !== null).length;
  const none = isElsewhere && service !== undefined && !wish.onlyFree
    ? t("offices.nobody.service", { service: serviceName(service) })
    : t(wish.onlyFree ? "offices.nobody.free" : "offices.nobody");
  const count = found.length > 0 ? t("offices.count", { count: found.length, free }) : none;
  useEffect(() => setMost(SHOWN), [wish]);
  useEffect(() => {
    const timer = setTimeout(() => say(count), SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [count]);
  const more = () => {
    const first = found[most]?.office.office;
    setMost(most + SHOWN);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`#office-${first} a`)?.focus());
  };
  return (
    <>
      <p data-count>{count}</p>
      <ul class="cards">
        {found.slice(0, most).map((one) => <OfficeCard key={one.office.office} found={one} service={service} />)}
      </ul>
      {found.length <= most ? null : (
        <div class="buttons">
          <button type="button" class="button second" onClick={more}>{t("offices.more", { count: found.length - most })}</button>
        </div>
      )}
    </>
  );
}

/** Tell which service is meant: by the address, which may be handed on, else as chosen before. */
function serviceWished(): string | undefined {
  const named = new URLSearchParams(location.search).get("layanan");
  const { service } = draft();
  if (named !== null && named !== service) keep({ service: named });
  return named ?? service;
}

function wished(): Wish {
  const query = new URLSearchParams(location.search);
  const near: Point | null = null;
  return { words: query.get("q") ?? "", onlyFree: query.get("kuota") === "1", near };
}

/** Keep the search in the address, so that it is there again after a reload and on the way back. */
function remember(wish: Wish): void {
  const url = new URL(location.href);
  if (wish.words === "") url.searchParams.delete("q");
  else url.searchParams.set("q", wish.words);
  if (wish.onlyFree) url.searchParams.set("kuota", "1");
  else url.searchParams.delete("kuota");
  history.replaceState(null, "", url);
}

void start(Offices);
