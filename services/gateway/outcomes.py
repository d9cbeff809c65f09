"""Turns what booking decided into what the caller reads."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.gateway import views
from services.gateway.bodies import GivenBack, Hold, Person, Ticket
from services.gateway.context import Gateway
from services.gateway.problems import ProblemError, describe, refused
from shared.db import Row
from shared.keys import grouped
from shared.messages import (
    BookingGranted,
    HoldExtended,
    HoldGranted,
    Outcome,
    Refusal,
    Refused,
    SeatGivenBack,
    SlotRef,
    status_of,
)

# "Full here, free there": where another session may help, it is named in the same answer.
WHERE_ELSE = frozenset(
    {
        Refusal.SLOT_FULL,
        Refusal.SLOT_CLOSED,
        Refusal.NOT_OPEN_YET,
        Refusal.NOT_OFFERED,
        Refusal.UNKNOWN_SLOT,
    }
)
TicketState = Literal["confirmed", "visited", "cancelled", "moved"]
STATES: dict[str, TicketState] = {
    "confirmed": "confirmed",
    "visited": "visited",
    "rescheduled": "moved",
}


async def body_of(gateway: Gateway, owner: str, outcome: Outcome) -> tuple[int, BaseModel]:
    """Write what came of a command, with its status; raises ProblemError for a refusal."""
    result = outcome.result
    match result:
        case HoldGranted() | HoldExtended():
            body: BaseModel = _hold(gateway, owner, outcome.command_id, result)
        case BookingGranted():
            body = await _booking(gateway, outcome.command_id, result)
        case SeatGivenBack():
            body = GivenBack(
                request_id=outcome.command_id,
                hold_id=result.hold_id,
                booking_code=result.booking_code and grouped(result.booking_code),
                state="cancelled" if result.booking_code else "released",
            )
        case Refused():
            raise await problem_of(gateway, outcome.command_id, result)
    return status_of(result), body


async def stored_body(gateway: Gateway, owner: str, outcome: Outcome) -> dict[str, Any]:
    """Write an outcome as the body that its call would have had, with its status within."""
    try:
        status, body = await body_of(gateway, owner, outcome)
    except ProblemError as error:
        return describe(error).model_dump(mode="json", exclude_none=True)
    return {"status": status} | body.model_dump(mode="json", exclude_none=True)


async def problem_of(gateway: Gateway, request_id: UUID | None, result: Refused) -> ProblemError:
    """Write a refusal, with what helps to do better; from memory it has no request to name."""
    more: dict[str, Any] = {"request_id": request_id} if request_id else {}
    if result.opens_at is not None:
        more["opens_at"] = result.opens_at
    if result.tries_left is not None:
        more["tries_left"] = result.tries_left
    if result.expires_at is not None:
        more["expires_at"] = result.expires_at
    if result.slot is not None and result.code in WHERE_ELSE:
        slot = result.slot
        more["alternatives"] = await gateway.catalogue.alternatives(slot.office, slot.service)
    return refused(result.code, **more)


async def ticket_of(gateway: Gateway, row: Row) -> Ticket:
    """Write a booking as its ticket; the caller was found to be its owner."""
    granted = BookingGranted(
        hold_id=row["hold_id"],
        booking_code=row["code"],
        slot=_slot(row),
        service_hour=row["service_hour"],
        queue_number=row["queue_number"],
    )
    return await _ticket(gateway, granted, row["person"], row["hold_state"])


def hold_of(gateway: Gateway, row: Row) -> Hold:
    """Write a hold that stands as its owner was told of it; its id is its command's."""
    granted = HoldGranted(hold_id=row["id"], slot=_slot(row), expires_at=row["expires_at"])
    return _hold(gateway, row["owner"], row["id"], granted)


def _slot(row: Row) -> SlotRef:
    return SlotRef(
        office=row["office_id"],
        service=row["service_id"],
        date=row["date"],
        session=row["session"],
    )


def _hold(
    gateway: Gateway, owner: str, request_id: UUID, result: HoldGranted | HoldExtended
) -> Hold:
    return Hold(
        request_id=request_id,
        hold_id=result.hold_id,
        approval_code=gateway.keys.approval_code(result.hold_id, owner),
        expires_at=result.expires_at,
        office=result.slot.office,
        service=result.slot.service,
        date=result.slot.date,
        session=result.slot.session,
    )


async def _booking(gateway: Gateway, request_id: UUID, result: BookingGranted) -> Ticket:
    async with gateway.db() as db:
        row = await views.find_hold(db, result.hold_id)
    if row is None:
        raise RuntimeError("a booking without its hold")
    ticket = await _ticket(gateway, result, row["person"], row["state"])
    return ticket.model_copy(update={"request_id": request_id})


async def _ticket(gateway: Gateway, result: BookingGranted, person: bytes, state: str) -> Ticket:
    place = (await gateway.catalogue.places())[result.slot.office]
    who = gateway.keys.unseal(person, f"hold/{result.hold_id}")
    return Ticket(
        booking_code=grouped(result.booking_code),
        state=STATES.get(state, "cancelled"),
        office=place.id,
        office_name=place.name,
        address=place.address,
        timezone=place.timezone,
        service=result.slot.service,
        date=result.slot.date,
        session=result.slot.session,
        service_hour=result.service_hour,
        queue_number=result.queue_number,
        applicant=Person(name=who["name"]),
    )
