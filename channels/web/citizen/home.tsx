/** C1: what this is, what it costs, how it goes, and where to begin. */

import type { Schemas } from "../shared/api";
import { call } from "../shared/api";
import { datesPath, GoingOn, whenOf } from "../shared/chosen";
import { draft, keep } from "../shared/draft";
import { momentAt } from "../shared/format";
import { Frame } from "../shared/frame";
import { lastSeen } from "../shared/last-seen";
import { useLoad, useWhileSeen } from "../shared/load";
import { SaidCountdown } from "../shared/moments";
import { freeDays, nextOpening } from "../shared/seats";
import { unfinished } from "../shared/send";
import { useSettings } from "../shared/settings";
import { start } from "../shared/start";
import { t } from "../shared/words";
import { OURS } from "./check/commands";

const AGAIN_MS = 30_000;

function Home() {
  return (
    <Frame title={t("home.title")}>
      <p class="lead">{t("home.description")}</p>
      <GoingOn draft={draft()} />
      <Unfinished />
      <div class="buttons">
        <a class="button" href="/layanan" onClick={() => keep({ moves: undefined })}>{t("home.begin")}</a>
        <a class="button second" href="/jadwal">{t("home.mine")}</a>
      </div>
      {lastSeen() === null ? <NextRelease /> : <LastSeen />}
      <h2>{t("home.steps")}</h2>
      <ol class="steps">
        <li>{t("home.step1")}</li>
        <li>{t("home.step2")}</li>
        <li>{t("home.step3")}</li>
      </ol>
      <p class="panel warn"><b>{t("home.brokers")}</b> {t("home.brokers.why")}</p>
      <Otherwise />
    </Frame>
  );
}

/** A command that was sent, and whose outcome nobody has seen. */
function Unfinished() {
  const sent = unfinished();
  if (sent === null || !OURS.includes(sent.kind)) return null;
  return (
    <div class="panel warn">
      <p>{t("home.unfinished")}</p>
      <p><a href="/periksa">{t("home.unfinished.see")}</a></p>
    </div>
  );
}

/** The office that was looked at last on this phone: when its quota opens, or its next date. */
function LastSeen() {
  const seen = lastSeen();
  const { value, again } = useLoad(seen && datesPath(seen.office, seen.service), async (signal) => {
    const days = new URLSearchParams(seen?.service ? { service: seen.service } : {});
    const path = `/v1/offices/${seen?.office}/availability?${days}`;
    return (await call<Schemas["Availability"]>(path, { signal })).body.days;
  });
  useWhileSeen(again, AGAIN_MS);
  if (seen === null) return null;
  const free = freeDays(value ?? [])[0];
  const opens = nextOpening(value ?? []);
  return (
    <section class="panel">
      <h2>{seen.name}</h2>
      {free === undefined ? null : <p>{t("home.next", { when: whenOf({ ...free, session: firstFree(free) }) })}</p>}
      {opens === null ? null : (
        <p>{t("home.opens", { moment: momentAt(opens, seen.timezone) })} <SaidCountdown to={opens} /></p>
      )}
      {free === undefined && opens === null ? <p>{t(value === null ? "dates.loading" : "home.full")}</p> : null}
      <p><a href={datesPath(seen.office, seen.service)}>{t("home.dates")}</a></p>
    </section>
  );
}

/** When quota opens next, wherever that is: for who has looked at no office yet. */
function NextRelease() {
  const { value, again } = useLoad("release", async (signal) => (
    (await call<Schemas["NextRelease"]>("/v1/releases/next", { signal })).body
  ));
  useWhileSeen(again, AGAIN_MS);
  return (
    <section class="panel release" data-opens={value?.release?.opens_at}>
      <h2>{t("home.release")}</h2>
      {value?.release ? <Opening release={value.release} /> : <p>{t(value === null ? "dates.loading" : "home.release.none")}</p>}
    </section>
  );
}

function Opening({ release }: { release: Schemas["Release"] }) {
  const { opens_at: opens, office, office_name: name, offices: count, timezone } = release;
  const moment = momentAt(opens, timezone);
  return (
    <>
      <p>
        {count === 1 ? t("home.release.one", { moment, office: name }) : t("home.release.many", { moment, count })}
        {" "}<SaidCountdown to={opens} />
      </p>
      <p><a href={count === 1 ? datesPath(office, undefined) : "/layanan"}>{t("home.release.go")}</a></p>
    </>
  );
}

function firstFree(day: Schemas["DayState"]): Schemas["Session"] {
  return day.sessions.find((half) => half.state === "open")?.session ?? "morning";
}

/** The ways to the same seats without this page. */
function Otherwise() {
  const told = useSettings();
  const number = told?.whatsapp_number ?? null;
  return (
    <>
      <h2>{t("home.otherwise")}</h2>
      <ul>
        <li>
          {number === null
            ? t("home.whatsapp")
            : <a href={`https://wa.me/${number.replace("+", "")}?text=Halo`}>{t("home.whatsapp.number", { number })}</a>}
        </li>
        {told?.phone ? <li><a href={`tel:${told.phone}`}>{t("home.phone", { number: told.phone })}</a></li> : null}
        <li>{t("home.desk")}</li>
      </ul>
    </>
  );
}

void start(Home);
