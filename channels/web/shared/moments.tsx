/** Time that passes on an open page, by the server's clock. */

import { useEffect, useRef, useState } from "preact/hooks";
import { now } from "./clock";
import { inTime } from "./format";
import { sayNowAndThen } from "./say";
import { t } from "./words";

const SECOND_MS = 1_000;

/** Give the server's time, anew each second. */
export function useNow(): Date {
  const [moment, setMoment] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setMoment(now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return moment;
}

/** How long it is until quota opens, which a screen reader is told of too: twice a minute at most. */
export function SaidCountdown({ to }: { to: string }) {
  const left = inTime(Math.max(0, Date.parse(to) - useNow().getTime()));
  const first = useRef(left); // it stands beside its moment, which is read with the page
  useEffect(() => { if (left !== first.current) sayNowAndThen(t("time.opens", { left })); }, [left]);
  return <Countdown to={to} />;
}

/** How long it is until a moment: "(dalam 12 menit)". Nobody is read each second of it. */
export function Countdown({ to }: { to: string }) {
  const leftMs = Date.parse(to) - useNow().getTime();
  return <span aria-hidden="true">({inTime(Math.max(0, leftMs))})</span>;
}
