"""Bookings: found, shown, cancelled, moved; for their owner and whoever holds the ticket."""

import hmac
from datetime import timedelta

from aiohttp import web

from services.gateway import callers, tickets, views
from services.gateway.api_holds import KEYED, REFUSALS, act_fairly, carry_out, common
from services.gateway.api_offices import find_place
from services.gateway.asking import loose_id_of
from services.gateway.bodies import FoundTicket, GivenBack, Mine, Request, Ticket
from services.gateway.callers import Access
from services.gateway.context import Ask, address_of
from services.gateway.endpoint import Endpoint, Load, answer
from services.gateway.fair.use import Bucket
from services.gateway.outcomes import hold_of, ticket_of
from services.gateway.problems import not_found, rate_limited
from services.gateway.wishes import BookingProof, SlotWish
from shared.db import Row
from shared.keys import booking_code_of, normal_code
from shared.messages import CancelBooking, RescheduleBooking, SlotRef

NOBODY = {"name": "", "birth_date": "0000-00-00"}
PAST = timedelta(days=30)
MOST = 50  # of each kind: a phone's cap lets few be held or to come


async def get_bookings(ask: Ask) -> web.Response:
    """Show what the caller has: bookings to come, those of late, and holds that stand."""
    await _list_fairly(ask)
    gateway, owners = ask.gateway, ask.by.owners()
    # As it stood at one moment: what is confirmed meanwhile would be there twice.
    moment = {"isolation": "repeatable_read", "readonly": True}
    async with gateway.db() as db, db.transaction(**moment):
        holds = await views.list_holds(db, owners, MOST)
        coming = await views.list_bookings(db, owners, MOST)
        past = await views.list_past_bookings(db, owners, PAST, MOST)
    bookings = [await ticket_of(gateway, row) for row in (*coming, *past)]
    return answer(Mine(bookings=bookings, holds=[hold_of(gateway, row) for row in holds]))


async def post_find(ask: Ask) -> web.Response:
    """Find a booking by its code and the applicant's birth date; a miss tells not which."""
    proof: BookingProof = ask.body
    gateway = ask.gateway
    await _find_fairly(ask, normal_code(proof.booking_code))
    code = booking_code_of(proof.booking_code)
    async with gateway.db() as db:
        row = await views.find_booking(db, code or "")
    # A code that is unknown costs as much as a date that is wrong.
    decoy = gateway.keys.seal(NOBODY, "nobody")
    sealed, name = (row["person"], f"hold/{row['hold_id']}") if row else (decoy, "nobody")
    born = str(gateway.keys.unseal(sealed, name)["birth_date"])
    is_right = hmac.compare_digest(born.encode(), proof.birth_date.isoformat().encode())
    if row is None or not is_right:
        raise not_found()
    ticket = await ticket_of(gateway, row)
    token = callers.issue_ticket(gateway.keys, row["code"], row["owner"], ask.now)
    return answer(FoundTicket(**ticket.model_dump(exclude_unset=True), ticket_token=token))


async def get_booking(ask: Ask) -> web.Response:
    """Show a ticket."""
    return answer(await ticket_of(ask.gateway, await _theirs(ask)))


async def get_calendar(ask: Ask) -> web.Response:
    """Give a ticket as an iCalendar file."""
    row = await _theirs(ask)
    ticket = await ticket_of(ask.gateway, row)
    text = tickets.calendar(ticket, row["reschedules"] + (ticket.state == "cancelled"), ask.now)
    name = f"antrean-{ticket.booking_code}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type="text/calendar", headers=headers)


async def get_qr(ask: Ask) -> web.Response:
    """Give a booking's code as a QR code."""
    row = await _theirs(ask)
    return web.Response(body=tickets.qr(row["code"]), content_type="image/svg+xml")


async def post_cancel(ask: Ask) -> web.Response:
    """Cancel a booking; it is free of punishment."""
    request_id = loose_id_of(ask)
    await act_fairly(ask, request_id)
    row = await _theirs(ask)
    command = CancelBooking(**common(ask, request_id, row["owner"]), booking_code=row["code"])
    return await carry_out(ask, command)


async def post_reschedule(ask: Ask) -> web.Response:
    """Move a booking; the old seat stays until the new one is sure."""
    wish: SlotWish = ask.body
    request_id = loose_id_of(ask)
    await act_fairly(ask, request_id)
    row = await _theirs(ask)
    place = await find_place(ask.gateway, wish.office or row["office_id"])
    slot = SlotRef(
        office=place.id,
        service=wish.service or row["service_id"],
        date=wish.date,
        session=wish.session,
    )
    command = RescheduleBooking(
        **common(ask, request_id, row["owner"]), booking_code=row["code"], slot=slot
    )
    return await carry_out(ask, command)


async def _theirs(ask: Ask) -> Row:
    """Find the booking of the path; somebody else's is as unknown as none."""
    code = booking_code_of(ask.part("code"))
    if code is None or ask.by.booking_code not in {None, code}:
        raise not_found()
    async with ask.gateway.db() as db:
        row = await views.find_booking(db, code)
    if row is None or not ask.by.owns(row["owner"]):
        raise not_found()
    return row


async def _list_fairly(ask: Ask) -> None:
    address = address_of(ask.request, ask.gateway.config.trusted_proxies)
    wanted = {Bucket.LISTS_OF_ADDRESS: address, Bucket.LISTS_OF_PHONE: ask.by.owner}
    if wait_s := await ask.gateway.fair_use.take(wanted):
        raise rate_limited(wait_s)


async def _find_fairly(ask: Ask, code: str) -> None:
    address = address_of(ask.request, ask.gateway.config.trusted_proxies)
    wanted = {Bucket.FINDS_OF_ADDRESS: address, Bucket.FINDS_OF_CODE: code}
    if wait_s := await ask.gateway.fair_use.take(wanted):
        raise rate_limited(wait_s)


SHOWN = (401, 404, 422)

ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/bookings",
        get_bookings,
        "List the caller's bookings to come and of the last 30 days, and open holds",
        {200: Mine},
        access=Access.CITIZEN,
        refusals=(401, 422, 429, 503),
    ),
    Endpoint(
        "POST",
        "/v1/bookings/find",
        post_find,
        "Find a booking by its code and the applicant's birth date",
        {200: FoundTicket},
        body=BookingProof,
        refusals=(404, 422, 429),
    ),
    Endpoint(
        "GET",
        "/v1/bookings/{code}",
        get_booking,
        "Show a ticket",
        {200: Ticket},
        access=Access.TICKET,
        refusals=SHOWN,
    ),
    Endpoint(
        "GET",
        "/v1/bookings/{code}/ticket.ics",
        get_calendar,
        "The visit for a calendar (RFC 5545)",
        {200: "text/calendar"},
        access=Access.TICKET,
        refusals=SHOWN,
    ),
    Endpoint(
        "GET",
        "/v1/bookings/{code}/qr.svg",
        get_qr,
        "The booking code as a QR code",
        {200: "image/svg+xml"},
        access=Access.TICKET,
        refusals=SHOWN,
    ),
    Endpoint(
        "POST",
        "/v1/bookings/{code}/cancel",
        post_cancel,
        "Cancel a booking",
        {200: GivenBack, 202: Request},
        access=Access.TICKET,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.OF_SEAT,
    ),
    Endpoint(
        "POST",
        "/v1/bookings/{code}/reschedule",
        post_reschedule,
        "Move a booking; the old seat stays until the new one is sure",
        {201: Ticket, 202: Request},
        access=Access.TICKET,
        body=SlotWish,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.OF_SEAT,
    ),
]
