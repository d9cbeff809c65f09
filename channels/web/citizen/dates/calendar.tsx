/** A month as a grid: each day says in words what it is. One tab stop; keys move through it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { longDate, month, shortDate, weekdays } from "../../shared/format";
import { say } from "../../shared/say";
import { type Day, freeDays, stateOf } from "../../shared/seats";
import { t } from "../../shared/words";
import { DayChoice, type Picked, tellDay } from "./day";
import { endOfMonth, moved, plusMonths, weeksOf, within } from "./months";

interface Props {
  days: Day[];
  /** The first and the last day that can be asked for. */
  span: { first: string; last: string };
  timezone: string;
  picked: Picked | null;
  onPick: (picked: Picked) => void;
  /** Called with the last day of the month that is shown. */
  onMonth: (last: string) => void;
}

export function Calendar({ days, span, timezone, picked, onPick, onMonth }: Props) {
  const [at, setAt] = useState(picked?.date ?? freeDays(days)[0]?.date ?? span.first);
  const [seen, setSeen] = useState(at);
  const grid = useRef<HTMLTableElement>(null);
  const detail = useRef<HTMLFieldSetElement>(null);
  const byKey = useRef(false);
  useEffect(() => {
    onMonth(endOfMonth(at));
    if (byKey.current) grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    byKey.current = false;
  }, [at]);
  const goTo = (date: string) => setAt(within(date, span.first, span.last));
  const press = (event: KeyboardEvent) => {
    const next = moved(at, event.key);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    byKey.current = true;
    goTo(next);
  };
  const choose = (day: Day) => {
    setAt(day.date);
    setSeen(day.date);
    requestAnimationFrame(() => detail.current?.scrollIntoView({ block: "nearest" }));
    say(`${longDate(day.date)}: ${tellDay(day, timezone)}`);
  };
  const shownDay = days.find((day) => day.date === seen);
  return (
    <>
      <Months at={at} span={span} onGo={goTo} />
      <Jump at={at} days={days} onGo={(date) => { goTo(date); setSeen(date); }} />
      <table role="grid" class="calendar" aria-labelledby="month" ref={grid} onKeyDown={press}>
        <thead>
          <tr>{weekdays().map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {weeksOf(at).map((week) => (
            <tr key={week.find(Boolean)}>
              {week.map((date, place) => date === null ? <td key={place} /> : (
                <Cell
                  key={date} date={date} day={days.find((day) => day.date === date)}
                  timezone={timezone} at={at} seen={seen} onChoose={choose}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shownDay === undefined ? null : (
        <fieldset class="panel" data-day={seen} ref={detail}>
          <legend class="unseen">{t("dates.calendar.day")}</legend>
          <DayChoice day={shownDay} timezone={timezone} picked={picked} onPick={onPick} />
        </fieldset>
      )}
      <p class="hint">{t("dates.calendar.hint")}</p>
    </>
  );
}

interface CellProps {
  date: string;
  /** Missing where nothing is known of it: it is over, or far ahead. */
  day: Day | undefined;
  timezone: string;
  at: string;
  seen: string;
  onChoose: (day: Day) => void;
}

function Cell({ date, day, timezone, at, seen, onChoose }: CellProps) {
  const number = Number(date.slice(8));
  const state = day === undefined ? "unknown" : stateOf(day);
  return (
    <td aria-selected={date === seen}>
      <button
        type="button"
        class={`cell ${state}`}
        tabIndex={date === at ? 0 : -1}
        aria-disabled={day === undefined ? true : undefined}
        onClick={() => { if (day !== undefined) onChoose(day); }}
      >
        <span class="number" aria-hidden="true">{number}</span>
        <span class="unseen">{longDate(date)}: </span>
        <span class="what">{day === undefined ? "" : tellDay(day, timezone)}</span>
      </button>
    </td>
  );
}

interface MonthsProps {
  at: string;
  span: { first: string; last: string };
  onGo: (date: string) => void;
}

function Months({ at, span, onGo }: MonthsProps) {
  const [before, after] = [plusMonths(at, -1), plusMonths(at, 1)];
  return (
    <div class="months">
      <button type="button" class="button second" disabled={at.slice(0, 7) <= span.first.slice(0, 7)} onClick={() => onGo(before)}>
        <span aria-hidden="true">‹</span> <span class="unseen">{month(before)}</span>
      </button>
      <h2 id="month">{month(at)}</h2>
      <button type="button" class="button second" disabled={at.slice(0, 7) >= span.last.slice(0, 7)} onClick={() => onGo(after)}>
        <span class="unseen">{month(after)}</span> <span aria-hidden="true">›</span>
      </button>
    </div>
  );
}

/** The way out of a month without a seat. */
function Jump({ at, days, onGo }: { at: string; days: Day[]; onGo: (date: string) => void }) {
  const free = freeDays(days);
  const next = free.find((day) => day.date > at) ?? free[0];
  if (next === undefined || free.some((day) => day.date.startsWith(at.slice(0, 7)))) return null;
  return (
    <p>
      <button type="button" class="button second" onClick={() => onGo(next.date)}>
        {t("dates.jump", { date: shortDate(next.date) })}
      </button>
    </p>
  );
}
