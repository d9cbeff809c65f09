/** The next free dates, ten at first: what most people need, and all that a small screen shows well. */

import { useState } from "preact/hooks";
import { shortDate } from "../../shared/format";
import { type Day, freeDays } from "../../shared/seats";
import { t } from "../../shared/words";
import { DayChoice, type Picked } from "./day";

interface Props {
  days: Day[];
  timezone: string;
  picked: Picked | null;
  onPick: (picked: Picked) => void;
  /** Looks at later days; missing where the last day is known already. */
  onLater: (() => void) | undefined;
}

const SHOWN = 10;

export function DateList({ days, timezone, picked, onPick, onLater }: Props) {
  const [most, setMost] = useState(SHOWN);
  const free = freeDays(days);
  const last = free[Math.min(most, free.length) - 1]?.date ?? "";
  const isMore = free.length > most;
  const more = () => {
    setMost(most + SHOWN);
    if (!isMore || free.length < most + SHOWN) onLater?.();
    // What is new begins after the last one that was shown: the focus waits there.
    requestAnimationFrame(() => document.getElementById(`day-${last}`)?.focus());
  };
  return (
    <fieldset>
      <legend>{t("dates.list")}</legend>
      <ul class="days">
        {free.slice(0, most).map((day) => (
          <li key={day.date} id={`day-${day.date}`} tabIndex={-1}>
            <DayChoice day={day} timezone={timezone} picked={picked} onPick={onPick} />
          </li>
        ))}
      </ul>
      {!isMore && onLater === undefined ? <p class="soft">{t("dates.list.end")}</p> : (
        <button type="button" class="button second" onClick={more}>{t("dates.later", { date: shortDate(last) })}</button>
      )}
    </fieldset>
  );
}
