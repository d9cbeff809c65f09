"""Refusals as events, where nobody waits for the answer, with the places that still are free."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from services.booking import store
from services.booking.desk import Desk, Facts, at
from shared.db import Db
from shared.messages import (
    ConfirmHold,
    EventType,
    ExtendHold,
    PlaceHold,
    Refusal,
    Refused,
    ReleaseHold,
    SomeCommand,
    SomeResult,
)

WHERE_ELSE = {
    Refusal.SLOT_FULL,
    Refusal.SLOT_CLOSED,
    Refusal.NOT_OPEN_YET,
    Refusal.NOT_OFFERED,
    Refusal.UNKNOWN_SLOT,
}


async def say(
    db: Db, desk: Desk, commands: Sequence[SomeCommand], results: Mapping[UUID, SomeResult]
) -> None:
    """Tell of each refusal whose citizen hears it only on the phone."""
    elsewhere: dict[tuple[str, str], Any] = {}
    for command in commands:
        result = results[command.id]
        if not command.tell or not isinstance(result, Refused):
            continue
        ref = result.slot
        if ref and result.code in WHERE_ELSE and (ref.office, ref.service) not in elsewhere:
            found = await store.find_alternatives(db, ref.office, ref.service)
            elsewhere[ref.office, ref.service] = found
        slot = desk.slots.get(ref.slot_id) if ref else None
        more: dict[str, Any] = {"timezone": slot.office.timezone} if slot else {}
        if ref:
            more |= {"alternatives": elsewhere.get((ref.office, ref.service), ())}
        desk.say(_kind(command), command.id, slot, _body(command, result, **more))


def say_parked(desk: Desk, command: SomeCommand, result: Refused) -> None:
    """Tell that a command waits for our staff.

    Not under the command's own id: it may be decided after all, and told of again.
    """
    if command.tell:
        desk.say(_kind(command), uuid5(command.id, "parked"), None, _body(command, result))


def _kind(command: SomeCommand) -> EventType:
    about_hold = isinstance(command, PlaceHold | ConfirmHold | ReleaseHold | ExtendHold)
    return EventType.HOLD_REFUSED if about_hold else EventType.BOOKING_REFUSED


def _body(command: SomeCommand, result: Refused, **more: Any) -> Facts:
    said = {
        "command_id": command.id,
        "command": command.kind,
        "channel": command.channel,
        "code": result.code,
        "opens_at": result.opens_at,
        "tries_left": result.tries_left,
    }
    return (at(result.slot) if result.slot else {}) | said | more
