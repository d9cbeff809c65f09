"""What a turn leads to, as messages: the command it asks for, the text that answers, who wrote."""

from datetime import timedelta
from typing import Any
from uuid import uuid5

from services.gateway.chat.said import Said
from services.gateway.dialog import state as talk
from services.gateway.dialog.state import OptOut, Turn
from shared.messages import (
    COMMAND_NAMESPACE,
    CancelBooking,
    Channel,
    ConfirmHold,
    ContactSeen,
    Content,
    PlaceHold,
    ReleaseHold,
    RescheduleBooking,
    SendText,
    SomeCommand,
    command_id,
)

STALE = timedelta(minutes=15)


def text_of(said: Said, content: Content, what: str) -> SendText:
    """Write an answer to a message; the same message makes the same text again."""
    return SendText(
        id=uuid5(COMMAND_NAMESPACE, f"{what}/{said.message_id}"),
        to=said.contact,
        content=content,
        purpose="reply",
        inbound_at=said.at,
        number_id=said.number_id or None,
        reply_to=said.message_id,
        valid_until=said.at + STALE,
    )


def seen_of(said: Said, turn: Turn) -> ContactSeen:
    """Tell that a person wrote, and whether they want texts that they do not ask for."""
    out = turn.action.out if isinstance(turn.action, OptOut) else None
    number_id = said.number_id or None
    return ContactSeen(to=said.contact, at=said.at, opted_out=out, number_id=number_id)


def command_of(turn: Turn, owner: str, said: Said) -> SomeCommand | None:
    """Make the command that a turn asks for; the message's id makes it the same again.

    What exists is acted on as its own owner, who is the same person by an older key.
    """
    contact = said.contact.model_copy(update={"language": turn.state.language})
    common: dict[str, Any] = {
        "id": command_id("whatsapp", said.message_id),
        "owner": getattr(turn.action, "owner", None) or owner,
        "channel": Channel.WHATSAPP,
        "contact": contact,
        "deadline": said.at + STALE,
        "tell": True,
    }
    match turn.action:
        case talk.Place(slot, applicant, replaces):
            return PlaceHold(**common, slot=slot, applicant=applicant, replaces=replaces)
        case talk.Confirm(hold_id, code):
            return ConfirmHold(**common, hold_id=hold_id, approval_code=code)
        case talk.Release(hold_id):
            return ReleaseHold(**common, hold_id=hold_id)
        case talk.Cancel(booking_code):
            return CancelBooking(**common, booking_code=booking_code)
        case talk.Reschedule(booking_code, slot):
            return RescheduleBooking(**common, booking_code=booking_code, slot=slot)
    return None
