/** One day: its half days, of which one can be chosen, or why it cannot. */

import type { Schemas } from "../../shared/api";
import { now } from "../../shared/clock";
import { dateAt, hours, longDate, momentAt } from "../../shared/format";
import { sessionName } from "../../shared/names";
import { type Day, type Half, seatsOf, type State, stateOf } from "../../shared/seats";
import { t } from "../../shared/words";

export interface Picked {
  date: string;
  session: Schemas["Session"];
}

interface Props {
  day: Day;
  timezone: string;
  picked: Picked | null;
  onPick: (picked: Picked) => void;
}

/** Show a day with its half days as radio buttons. */
export function DayChoice({ day, timezone, picked, onPick }: Props) {
  return (
    <>
      <h2 class="date">{longDate(day.date)}</h2>
      <div class="halves">
        {day.sessions.map((half) => half.state === "open" ? (
          <label key={half.session} class="choice">
            <input
              type="radio" name="slot" value={`${day.date}/${half.session}`}
              checked={picked?.date === day.date && picked.session === half.session}
              onChange={() => onPick({ date: day.date, session: half.session })}
            />
            <span>
              <span class="unseen">{longDate(day.date)}, </span>
              <b>{sessionName(half.session)}</b>{" "}
              <span class="soft hours">{hours(half.hours, timezone)}</span>
              <b>{t("dates.left", { left: half.remaining })}</b>
            </span>
          </label>
        ) : (
          <p key={half.session} class="half soft">
            <b>{sessionName(half.session)}</b>{" "}
            <span class="hours">{hours(half.hours, timezone)}</span>
            {tellHalf(half, day.date, timezone)}
          </p>
        ))}
      </div>
    </>
  );
}

/** Say of a day in two words what it is: "Sisa 4", "Penuh", "Libur", "Belum dibuka", "Tidak ada". */
export function tellDay(day: Day, timezone: string): string {
  const state = stateOf(day);
  return state === "open" ? t("dates.left", { left: seatsOf(day) }) : tellState(state, day.date, timezone);
}

/** Say what cannot be chosen. A day that is closed because it is over is no holiday. */
function tellState(state: Exclude<State, "open">, date: string, timezone: string): string {
  return t(state === "closed" && date <= dateAt(now(), timezone) ? "dates.over" : `dates.${state}`);
}

function tellHalf(half: Half, date: string, timezone: string): string {
  if (half.state === "open") return t("dates.left", { left: half.remaining });
  if (half.state !== "unreleased" || half.opens_at === null) return tellState(half.state, date, timezone);
  return t("dates.unreleased.until", { moment: momentAt(half.opens_at, timezone) });
}
