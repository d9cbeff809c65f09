/** C10: the tickets of this phone, what is found by code, and what a proven number has. */

import { useEffect, useState } from "preact/hooks";
import { call, Problem, type Schemas } from "../shared/api";
import { Find } from "../shared/find";
import { Frame } from "../shared/frame";
import { Login } from "../shared/later-parts";
import { useLoad } from "../shared/load";
import { logOut } from "../shared/log-out";
import { tell, Trouble } from "../shared/problem";
import { say } from "../shared/say";
import { unfinished } from "../shared/send";
import { start } from "../shared/start";
import { dropTicket, isPast, type Kept, keptTickets, refreshTickets, type Ticket } from "../shared/tickets";
import { t } from "../shared/own-words";
import { Holds } from "./mine/holds";
import { Visit } from "./mine/visit";

const open = (code: string) => location.assign(`/tiket/${code}`);

function Page() {
  const { value, problem, again } = useLoad("mine", async (signal) => (
    (await call<Schemas["Mine"]>("/v1/bookings", { signal })).body
  ));
  const [kept, setKept] = useState(keptTickets);
  useEffect(() => {
    refreshTickets(value?.bookings ?? []);
    setKept(keptTickets());
  }, [value]);
  const remove = (code: string) => {
    dropTicket(code);
    setKept(keptTickets());
    tellOf(t("mine.removed"));
  };
  const isNobody = problem?.status === 401;
  const listed = isNobody ? null : value;
  return (
    <Frame back="/" title={t("mine.title")}>
      <Unfinished />
      {listed === null ? null : <Holds holds={listed.holds} />}
      {listed === null ? null : <Bookings bookings={listed.bookings} />}
      {problem === null || isNobody ? null : <NotNow problem={problem} />}
      <OnPhone kept={listed === null ? kept : kept.filter(isNotIn(listed))} onRemove={remove} />
      <h2>{t("mine.find")}</h2>
      <Find onFound={open} />
      {isNobody ? <LogIn onIn={again} /> : null}
      {listed === null ? null : <LogOut onOut={() => { again(); tellOf(t("mine.logged_out")); }} />}
    </Frame>
  );
}

/** Say what was done where its button is gone by now. */
function tellOf(text: string): void {
  document.querySelector("h1")?.focus();
  say(text);
}

function isNotIn({ bookings }: Schemas["Mine"]): (kept: Kept) => boolean {
  const codes = new Set(bookings.map((ticket) => ticket.booking_code));
  return ({ code }) => !codes.has(code);
}

function Bookings({ bookings }: { bookings: Ticket[] }) {
  return (
    <>
      <h2>{t("mine.yours")}</h2>
      {bookings.length === 0
        ? <p>{t("mine.none")}</p>
        : (
          <ul class="cards">
            {bookings.map((ticket) => (
              <Visit
                key={ticket.booking_code} code={ticket.booking_code} name={ticket.applicant.name}
                visit={{ ...ticket, hour: ticket.service_hour, officeName: ticket.office_name }}
              />
            ))}
          </ul>
        )}
      <p><a class="reach" href="/layanan">{t("mine.take")}</a></p>
    </>
  );
}

function OnPhone({ kept, onRemove }: { kept: Kept[]; onRemove: (code: string) => void }) {
  if (kept.length === 0) return null;
  const ahead = kept.filter((ticket) => !isPast(ticket));
  const past = kept.filter((ticket) => isPast(ticket)).reverse();
  return (
    <>
      <h2>{t("mine.on_phone")}</h2>
      <ul class="cards">
        {[...ahead, ...past].map((ticket) => (
          <Visit key={ticket.code} code={ticket.code} visit={ticket} onRemove={() => onRemove(ticket.code)} />
        ))}
      </ul>
    </>
  );
}

/** A command whose outcome was not seen yet goes on where it was sent. */
function Unfinished() {
  const sent = unfinished();
  if (sent === null) return null;
  const [, code] = /^\/v1\/bookings\/([^/]+)\//.exec(sent.path) ?? [];
  const href = code === undefined ? "/periksa" : `/ubah/${code}`;
  return <p class="panel warn">{t("mine.unfinished")} <a href={href}>{t("mine.go_on")}</a></p>;
}

function NotNow({ problem }: { problem: Problem }) {
  return problem.code === "offline"
    ? <Trouble problem={problem} text={t("mine.offline")} />
    : <Trouble problem={problem} />;
}

function LogIn({ onIn }: { onIn: () => void }) {
  return (
    <section aria-labelledby="log-in">
      <h2 id="log-in">{t("mine.log_in")}</h2>
      <p>{t("mine.log_in_why")}</p>
      <Login onProven={onIn} />
    </section>
  );
}

function LogOut({ onOut }: { onOut: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  async function leave(): Promise<void> {
    try {
      await logOut();
      onOut();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
  }
  return (
    <>
      <h2>{t("mine.log_out_title")}</h2>
      <p>{t("mine.log_out_why")}</p>
      {problem === null ? null : <p class="error" role="alert">{tell(problem)}</p>}
      <button type="button" class="button second" onClick={() => void leave()}>{t("mine.log_out")}</button>
    </>
  );
}

void start(Page);
