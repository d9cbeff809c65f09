"""Holds: a seat is asked for, confirmed, given back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from aiohttp import web

from services.gateway import availability, people, views
from services.gateway.api_offices import find_place, pick_service
from services.gateway.asking import (
    COMMAND_LIFE,
    id_of,
    loose_id_of,
    remember_asked,
    send_and_wait,
)
from services.gateway.availability import Place
from services.gateway.bodies import FieldFault, GivenBack, Hold, Request, Ticket
from services.gateway.callers import Access
from services.gateway.context import Ask, address_of
from services.gateway.endpoint import Endpoint, Load, answer
from services.gateway.fair.use import Bucket
from services.gateway.memory import NEVER, Seats
from services.gateway.outcomes import body_of, problem_of
from services.gateway.prepared import LIFE, Prepared
from services.gateway.problems import PROBLEM_TYPE, describe, invalid, not_found, rate_limited
from services.gateway.reading import read_wait
from services.gateway.wishes import ApprovalCode, HoldWish
from shared.messages import (
    Applicant,
    ConfirmHold,
    ExtendHold,
    PlaceHold,
    Refusal,
    Refused,
    ReleaseHold,
    SlotRef,
    SomeCommand,
)


async def post_hold(ask: Ask) -> web.Response:
    """Ask for a seat: 201 held, 409 refused, 202 when the answer takes too long."""
    wish: HoldWish = ask.body
    request_id = id_of(ask)
    place = await find_place(ask.gateway, wish.office)
    applicant, faults = people.read_applicant(wish.applicant, place.today(ask.now))
    if wish.keeps_seat and wish.replaces is None:
        faults.append(FieldFault(loc=["replaces"], msg="names the hold whose seat is kept"))
    if faults:
        raise invalid(faults)
    service = pick_service(place, wish.service)
    slot = SlotRef(office=place.id, service=service, date=wish.date, session=wish.session)
    if wish.replaces is not None:
        return await _replace(ask, wish.replaces, request_id, slot, applicant)
    while True:
        refusal = await _refuse_early(ask, place, slot, request_id)
        if refusal is not None:
            return refusal
        seats = _seats_to_wait_for(ask, slot)
        if seats is None:
            return await _place(ask, request_id, slot, applicant)
        if await ask.gateway.last_seats.enter(seats):
            try:
                return await _place(ask, request_id, slot, applicant)
            finally:
                ask.gateway.last_seats.leave(seats)


async def _replace(
    ask: Ask, hold_id: UUID, request_id: UUID, slot: SlotRef, applicant: Applicant
) -> web.Response:
    """Correct a hold. A slot that is full may keep its seat for it: only the ledger can tell."""
    await act_fairly(ask, request_id, applicant)
    async with ask.gateway.db() as db:
        row = await views.find_hold(db, hold_id)
    if row is None or not ask.by.owns(row["owner"]):
        raise not_found()
    command = PlaceHold(
        **common(ask, request_id, row["owner"]),
        slot=slot,
        applicant=applicant,
        replaces=hold_id,
        keeps_seat=ask.body.keeps_seat or None,
    )
    return await carry_out(ask, command)


async def _place(ask: Ask, request_id: UUID, slot: SlotRef, applicant: Applicant) -> web.Response:
    await act_fairly(ask, request_id, applicant)
    command = PlaceHold(**common(ask, request_id), slot=slot, applicant=applicant)
    return await carry_out(ask, command)


def _seats_to_wait_for(ask: Ask, slot: SlotRef) -> Seats | None:
    """Find what is known of a slot; None where it proves nothing, or the caller waits for none."""
    memory = ask.gateway.catalogue.memory
    return memory.find(slot) if memory.is_live and read_wait(ask.request) > 0 else None


async def post_confirm(ask: Ask) -> web.Response:
    """Turn a hold into a booking by its approval code."""
    wish: ApprovalCode = ask.body
    hold_id = uuid_of(ask.part("hold"))
    request_id = loose_id_of(ask)
    await act_fairly(ask, request_id)
    owner = await owner_of_hold(ask, hold_id)
    command = ConfirmHold(
        **common(ask, request_id, owner), hold_id=hold_id, approval_code=wish.approval_code
    )
    return await carry_out(ask, command)


async def post_extend(ask: Ask) -> web.Response:
    """Let a hold stand longer, once."""
    hold_id = uuid_of(ask.part("hold"))
    request_id = loose_id_of(ask)
    await act_fairly(ask, request_id)
    owner = await owner_of_hold(ask, hold_id)
    return await carry_out(ask, ExtendHold(**common(ask, request_id, owner), hold_id=hold_id))


async def delete_hold(ask: Ask) -> web.Response:
    """Give the seat of a hold back."""
    hold_id = uuid_of(ask.part("hold"))
    request_id = loose_id_of(ask)
    await act_fairly(ask, request_id)
    owner = await owner_of_hold(ask, hold_id)
    return await carry_out(ask, ReleaseHold(**common(ask, request_id, owner), hold_id=hold_id))


async def carry_out(ask: Ask, command: SomeCommand) -> web.Response:
    """Send a command and answer with what came of it, or with where to ask for it."""
    outcome = await send_and_wait(ask, command)
    if outcome is None:
        await remember_asked(ask, command)
        headers = {"Location": f"/v1/requests/{command.id}", "Retry-After": "1"}
        return answer(Request(request_id=command.id, state="pending"), 202, headers)
    status, body = await body_of(ask.gateway, command.owner, outcome)
    return answer(body, status)


async def owner_of_hold(ask: Ask, hold_id: UUID) -> str:
    """Say by which of the caller's keys a hold is theirs; by the usual one where it is not."""
    if len(ask.by.owners()) == 1:
        return ask.by.owner
    async with ask.gateway.db() as db:
        row = await views.find_hold(db, hold_id)
    return row["owner"] if row and ask.by.owns(row["owner"]) else ask.by.owner


def common(ask: Ask, request_id: UUID, owner: str | None = None) -> dict[str, Any]:
    """Give what all commands of a caller have.

    What exists is acted on as its own owner, who is the same person by an older key.
    """
    return {
        "id": request_id,
        "owner": owner or ask.by.owner,
        "channel": ask.by.channel,
        "contact": ask.by.contact(),
        "deadline": ask.now + COMMAND_LIFE,
    }


def uuid_of(text: str) -> UUID:
    """Read an id of the path; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None


async def act_fairly(ask: Ask, request_id: UUID, applicant: Applicant | None = None) -> None:
    """Count a command to its phone, login, address and applicant; raises ProblemError 429."""
    fair_use = ask.gateway.fair_use
    wanted = {
        Bucket.PHONE: ask.by.owner,
        Bucket.LOGIN: ask.by.login,
        Bucket.ADDRESS: address_of(ask.request, ask.gateway.config.trusted_proxies),
    }
    if applicant is not None:
        wanted |= fair_use.person(applicant)
    admission = ask.gateway.admission
    admission.entering += 1
    try:
        wait_s = await fair_use.take(wanted, request_id)
    finally:
        admission.entering -= 1
    if wait_s:
        raise rate_limited(wait_s)


async def _refuse_early(
    ask: Ask, place: Place, slot: SlotRef, request_id: UUID
) -> web.Response | None:
    """Refuse from memory what cannot be held, so that the queue carries only what may be.

    One who repeats a key gets the outcome that it had, however full the slot is by now.
    """
    refusal = await _find_refusal(ask, place, slot)
    if refusal is None or ask.gateway.replies.find(request_id) is not None:
        return None
    if await ask.gateway.questions.is_decided(request_id):
        return None
    return refusal.response(ask.request)


async def _find_refusal(ask: Ask, place: Place, slot: SlotRef) -> Prepared | None:
    """Say why a slot cannot be held, in the words that all who ask for it get."""
    gateway, now = ask.gateway, ask.now
    key = ("refusal", slot.office, slot.service, slot.date, slot.session)
    kept = gateway.catalogue.shelf.find(key, now)
    if kept is not None:
        return kept
    board = await gateway.catalogue.board(place, slot.service)
    seats, version = board.offer.seats.get((slot.date, slot.session)), board.offer.version
    found = availability.refuse(seats, slot, now)
    if slot.service not in place.services:
        found = Refused(code=Refusal.NOT_OFFERED, slot=slot)
    if found is None:
        return None
    until = min(board.as_of + LIFE, seats.turns_at(now) if seats else NEVER)
    problem = await problem_of(gateway, None, found)
    if found.code == Refusal.NOT_OFFERED:
        problem.more["services"] = list(place.services)
    body = describe(problem).model_dump_json(exclude_none=True).encode()
    refusal = Prepared(body, PROBLEM_TYPE, now, until, problem.status)
    return gateway.catalogue.shelf.keep(key, replace(refusal, offer=board.offer, version=version))


KEYED = ("Idempotency-Key", "Prefer")
REFUSALS = (400, 401, 403, 404, 409, 422, 429, 503)

ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/holds",
        post_hold,
        "Ask for a seat; it is held until it is confirmed or expires",
        {201: Hold, 202: Request},
        access=Access.CITIZEN,
        body=HoldWish,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.COMMAND,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold}/confirm",
        post_confirm,
        "Confirm a hold by its approval code",
        {201: Ticket, 202: Request},
        access=Access.CITIZEN,
        body=ApprovalCode,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.OF_SEAT,
    ),
    Endpoint(
        "POST",
        "/v1/holds/{hold}/extend",
        post_extend,
        "Let a hold stand some minutes longer, once",
        {200: Hold, 202: Request},
        access=Access.CITIZEN,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.OF_SEAT,
    ),
    Endpoint(
        "DELETE",
        "/v1/holds/{hold}",
        delete_hold,
        "Give the seat of a hold back",
        {200: GivenBack, 202: Request},
        access=Access.CITIZEN,
        refusals=REFUSALS,
        headers=KEYED,
        load=Load.OF_SEAT,
    ),
]
