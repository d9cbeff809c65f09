/** A date is chosen: the list or the calendar, what is chosen so far, and the way on. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../shared/api";
import { whenOf } from "../../shared/chosen";
import { now } from "../../shared/clock";
import { draft, keep } from "../../shared/draft";
import { ErrorSummary, type Fault } from "../../shared/field";
import { clockAt, dateAt, momentAt, plusDays, zoneOf } from "../../shared/format";
import { Trouble } from "../../shared/problem";
import { say, sayNowAndThen } from "../../shared/say";
import { type Day, findHalf, freeDays, nextOpening } from "../../shared/seats";
import { t } from "../../shared/words";
import { Calendar } from "./calendar";
import type { Picked } from "./day";
import { DateList } from "./list";
import { type Seats, useSeats } from "./live";
import { SoldOut } from "./sold-out";

type Office = Schemas["Office"];
type View = "list" | "calendar";

const USUAL_DAYS = 30;
const STEP_DAYS = 31;
const MOST_DAYS = 92;

interface Props {
  office: Office;
  service: string;
}

export function Choosing({ office, service }: Props) {
  const first = dateAt(now(), office.timezone);
  const last = plusDays(first, MOST_DAYS);
  const [until, setUntil] = useState<string | null>(null);
  const seats = useSeats(office.office, service, until);
  const known = until ?? plusDays(first, USUAL_DAYS);
  const lookUntil = (day: string) => { if (day > known) setUntil(stepFor(first, day, last)); };
  const [picked, taken, pick] = usePicked(office, service, seats.days);
  const free = seats.days === null ? [] : freeDays(seats.days);
  // Nothing in a month does not mean nothing: all that is known is looked at before that is said.
  useEffect(() => { if (seats.days !== null && free.length === 0) lookUntil(last); }, [seats.days]);
  useOpened(seats.days === null ? null : free.length > 0);
  if (seats.days === null) return <Waiting seats={seats} office={office} />;
  const isSure = free.length > 0 || (seats.days.at(-1)?.date ?? "") >= last;
  return (
    <>
      {isLost(seats) ? <Freshness seats={seats} timezone={office.timezone} /> : null}
      {taken === null ? null : <p class="panel warn" data-taken>{taken}</p>}
      {isSure ? null : <p class="soft">{t("dates.looking")}</p>}
      {isSure && free.length === 0 ? <SoldOut office={office} service={service} days={seats.days} /> : null}
      {free.length === 0 ? null : (
        <Form
          office={office} days={seats.days} picked={picked} onPick={pick}
          span={{ first, last }} lookUntil={lookUntil}
          onLater={known >= last ? undefined : () => lookUntil(plusDays(known, STEP_DAYS))}
        >
          {isLost(seats) ? null : <Freshness seats={seats} timezone={office.timezone} />}
        </Form>
      )}
    </>
  );
}

/** Whether what is shown may be stale: that is said on top, and else at the end. */
function isLost(seats: Seats): boolean {
  return !seats.live && seats.problem !== null;
}

/** Say so when there is something to choose where there was nothing. */
function useOpened(isFree: boolean | null): void {
  const before = useRef<boolean | null>(null);
  useEffect(() => {
    if (before.current === false && isFree) say(t("dates.opened"));
    before.current = isFree;
  }, [isFree]);
}

/** Only few spans are asked for, so that all who look at an office share them. */
function stepFor(first: string, day: string, last: string): string {
  for (let days = USUAL_DAYS + STEP_DAYS; days < MOST_DAYS; days += STEP_DAYS) {
    if (day <= plusDays(first, days)) return plusDays(first, days);
  }
  return last;
}

function Waiting({ seats, office }: { seats: Seats; office: Office }) {
  if (seats.problem === null) return <p class="soft waiting">{t("dates.loading")}</p>;
  return <Trouble problem={seats.problem} timezone={office.timezone} />;
}

/** Say how fresh the seats are; what is stale is never shown as if it were not. */
function Freshness({ seats, timezone }: { seats: Seats; timezone: string }) {
  const time = seats.asOf === null ? "" : `${clockAt(seats.asOf, timezone)} ${zoneOf(timezone)}`;
  const lost = isLost(seats);
  return (
    <p class={lost ? "panel warn" : "soft"} data-live={seats.live}>
      {t(lost ? "dates.stale" : seats.live ? "dates.live" : "dates.asOf", { time })}
    </p>
  );
}

interface FormProps {
  office: Office;
  days: Day[];
  picked: Picked | null;
  onPick: (picked: Picked) => void;
  span: { first: string; last: string };
  lookUntil: (day: string) => void;
  onLater: (() => void) | undefined;
  children: ComponentChildren;
}

function Form({ office, days, picked, onPick, span, lookUntil, onLater, children }: FormProps) {
  const [view, setView] = useState<View>("list");
  const [faults, setFaults] = useState<Fault[]>([]);
  const opens = nextOpening(days);
  const { timezone } = office;
  const goOn = (event: Event) => {
    event.preventDefault();
    if (picked !== null) return location.assign(nextPage());
    setFaults([{ field: "choose", text: t("dates.missing") }]);
  };
  const pick = (chosen: Picked) => { setFaults([]); onPick(chosen); };
  return (
    <form onSubmit={goOn} noValidate>
      <ErrorSummary faults={faults} />
      <div id="choose" tabIndex={-1}>
        <Views view={view} onView={setView} />
        {view === "list"
          ? <DateList days={days} timezone={timezone} picked={picked} onPick={pick} onLater={onLater} />
          : <Calendar days={days} span={span} timezone={timezone} picked={picked} onPick={pick} onMonth={lookUntil} />}
      </div>
      {opens === null ? null : <p>{t("dates.more", { moment: momentAt(opens, timezone) })}</p>}
      {children}
      <Bar picked={picked} days={days} />
    </form>
  );
}

function Views({ view, onView }: { view: View; onView: (view: View) => void }) {
  return (
    <div class="switch" role="group" aria-label={t("dates.views")}>
      {(["list", "calendar"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={view === one} onClick={() => onView(one)}>{t(`dates.view.${one}`)}</button>
      ))}
    </div>
  );
}

/** What is chosen and the way on, always in sight. */
function Bar({ picked, days }: { picked: Picked | null; days: Day[] }) {
  const half = picked === null ? undefined : findHalf(days, picked.date, picked.session);
  return (
    <div class="bar">
      <p>
        {picked === null ? t("dates.nothing") : (
          <><b>{whenOf(picked)}</b>{half === undefined ? null : <> · {t("dates.left", { left: half.remaining })}</>}</>
        )}
      </p>
      <button class="button">{t("dates.goOn")}</button>
    </div>
  );
}

/** Where the way leads: to the booking that is moved, or on to whatever is not known yet. */
function nextPage(): string {
  const { moves, name, birthDate } = draft();
  if (moves !== undefined) return `/ubah/${moves}`;
  return name !== undefined && birthDate !== undefined ? "/periksa" : "/data";
}

/** Keep what is picked in the draft; tell when its seats change, or when it is gone. */
function usePicked(
  office: Office, service: string, days: Day[] | null,
): [Picked | null, string | null, (picked: Picked) => void] {
  const [picked, setPicked] = useState<Picked | null>(() => {
    const { chosen } = draft();
    return chosen?.office === office.office && chosen.service === service ? chosen : null;
  });
  const [taken, setTaken] = useState<string | null>(null);
  const left = useRef<number | null>(null);
  const pick = (next: Picked) => {
    const half = days && findHalf(days, next.date, next.session);
    left.current = half?.remaining ?? null;
    setPicked(next);
    setTaken(null);
    const { office: id, name: officeName, timezone } = office;
    keep({ service, chosen: { office: id, officeName, timezone, service, ...next, hours: half?.hours ?? "" } });
  };
  useEffect(() => {
    const half = picked && days && findHalf(days, picked.date, picked.session);
    if (!half) return;
    const { hold } = draft();
    if (half.state !== "open" && !(hold?.date === picked.date && hold.session === picked.session)) {
      const gone = t(half.state === "full" ? "dates.taken" : "dates.shut", { when: whenOf(picked) });
      setPicked(null);
      setTaken(gone);
      keep({ chosen: undefined });
      say(gone);
    } else if (left.current !== null && left.current !== half.remaining) {
      sayNowAndThen(t("dates.changed", { left: half.remaining }));
    }
    left.current = half.remaining;
  }, [days]);
  return [picked, taken, pick];
}
