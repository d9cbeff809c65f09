/** The tickets that this device keeps, so that one is shown without a line; no name, no token. */

import { call, Problem, read, type Schemas } from "./api";
import { now } from "./clock";
import { dateAt } from "./format";
import { inTab, onDevice } from "./storage";

export type Ticket = Schemas["Ticket"];

/** A ticket as this device keeps it, with its QR code and its calendar file. */
export interface Kept {
  code: string;
  state: Ticket["state"];
  office: string;
  officeName: string;
  address: string;
  timezone: string;
  service: string;
  date: string;
  session: Schemas["Session"];
  hour: string;
  queue: string;
  qr: string;
  calendar: string;
  checkedAt: string;
}

/** A ticket as the gateway gave it just now: also who is to come, and what was kept before. */
export interface Fresh {
  kept: Kept;
  name: string;
  before: Kept | null;
}

const KEPT = "antrean.tickets";
const TOKEN = "antrean.ticket.";

/** Give the tickets of this device, what is to come first. */
export function keptTickets(): Kept[] {
  return (onDevice.get<Kept[]>(KEPT) ?? []).sort(byTime);
}

/** Give one ticket of this device. */
export function keptTicket(code: string): Kept | null {
  return keptTickets().find((kept) => kept.code === code) ?? null;
}

/** Take a ticket out of this device; the booking stays. */
export function dropTicket(code: string): void {
  inTab.drop(TOKEN + code);
  write(keptTickets().filter((kept) => kept.code !== code));
}

/** Whether the day of the visit is over, by the server's clock and the office's calendar. */
export function isPast(ticket: { date: string; timezone: string }): boolean {
  return dateAt(now(), ticket.timezone) > ticket.date;
}

/** Whether the same booking names another day or hour than before. */
export function wasMoved(fresh: Fresh): boolean {
  const { kept, before } = fresh;
  if (before === null) return false;
  return before.date !== kept.date || before.hour !== kept.hour || before.office !== kept.office;
}

/** Remember, in this tab alone, the token that opens one booking for ten minutes. */
export function keepToken(code: string, token: string): void {
  inTab.write(TOKEN + code, token);
}

/** Give what opens a booking without a login, to be put into a call or a command. */
export function opener(code: string): { ticket?: string } {
  const token = inTab.read(TOKEN + code);
  return token === null ? {} : { ticket: token };
}

/** Ask the gateway for a ticket and keep it; raises Problem where it says no, or nothing. */
export async function fetchTicket(code: string, signal: AbortSignal): Promise<Fresh> {
  const { body } = await openBooking<Ticket>(`/v1/bookings/${code}`, code, signal);
  return keepTicket(body);
}

/** Keep a ticket on this device. Its files are still to be fetched. */
export function keepTicket(ticket: Ticket): Fresh {
  const before = keptTicket(ticket.booking_code);
  const kept: Kept = { qr: "", calendar: "", ...before, ...plain(ticket) };
  if (before !== null && isOther(before, kept)) kept.calendar = "";
  put(kept);
  return { kept, name: ticket.applicant.name, before };
}

/** Fetch the QR code and the calendar file that a kept ticket lacks. */
export async function completeTicket(kept: Kept, signal: AbortSignal): Promise<Kept> {
  const [qr, calendar] = await Promise.all([
    kept.qr || readFile("qr.svg", kept.code, signal),
    kept.calendar || readFile("ticket.ics", kept.code, signal),
  ]);
  const whole = { ...kept, qr, calendar };
  if (!signal.aborted) put(whole);
  return whole;
}

/** Keep what a list said of the tickets that are on this device already. */
export function refreshTickets(tickets: Ticket[]): void {
  const told = new Map(tickets.map((ticket) => [ticket.booking_code, plain(ticket)]));
  write(keptTickets().map((kept) => {
    const next = { ...kept, ...told.get(kept.code) };
    return isOther(kept, next) ? { ...next, calendar: "" } : next;
  }));
}

/** Note that a booking was cancelled. */
export function noteCancelled(code: string): void {
  write(keptTickets().map((kept) => (kept.code === code ? { ...kept, state: "cancelled" } : kept)));
}

async function openBooking<T>(path: string, code: string, signal: AbortSignal) {
  const by = opener(code);
  try {
    return await call<T>(path, { signal, ...by });
  } catch (error) {
    // A token is over after ten minutes; a login may be there all the same.
    const isOver = error instanceof Problem && error.status === 401 && by.ticket !== undefined;
    if (!isOver) throw error;
    inTab.drop(TOKEN + code);
    return call<T>(path, { signal });
  }
}

function plain(ticket: Ticket): Omit<Kept, "qr" | "calendar"> {
  return {
    code: ticket.booking_code,
    state: ticket.state,
    office: ticket.office,
    officeName: ticket.office_name,
    address: ticket.address,
    timezone: ticket.timezone,
    service: ticket.service,
    date: ticket.date,
    session: ticket.session,
    hour: ticket.service_hour,
    queue: ticket.queue_number,
    checkedAt: now().toISOString(),
  };
}

function isOther(before: Kept, after: Kept): boolean {
  return before.date !== after.date || before.hour !== after.hour || before.state !== after.state;
}

/** Read a file of a ticket; without it the ticket is shown all the same, and it is asked for again. */
async function readFile(name: string, code: string, signal: AbortSignal): Promise<string> {
  try {
    return await read(`/v1/bookings/${code}/${name}`, { signal, ...opener(code) });
  } catch {
    return "";
  }
}

function put(kept: Kept): void {
  write([...keptTickets().filter(({ code }) => code !== kept.code), kept]);
}

function byTime(one: Kept, other: Kept): number {
  return `${one.date} ${one.hour}` < `${other.date} ${other.hour}` ? -1 : 1;
}

function write(all: Kept[]): void {
  onDevice.put(KEPT, all);
}
