"""What happened, for everybody: ids, office, slot and status, never personal data."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.messages.terms import Channel, Day, Message, Refusal, Session


class Alternative(Message):
    """Where there still is quota: "full here, free there"."""

    office: str
    office_name: str
    service: str
    date: Day
    session: Session
    remaining: int
    distance_km: float | None = None


class EventBody(Message):
    """What an event says. Absent fields do not apply to its type."""

    office: str | None = None
    service: str | None = None
    date: Day | None = None
    session: Session | None = None
    command_id: UUID | None = None
    command: str | None = None
    hold_id: UUID | None = None
    previous_hold_id: UUID | None = None
    channel: Channel | None = None
    code: Refusal | None = None
    opens_at: AwareDatetime | None = None
    timezone: str | None = None
    expires_at: AwareDatetime | None = None
    tries_left: int | None = None
    capacity: int | None = None
    remaining: int | None = None
    alternatives: tuple[Alternative, ...] = ()


class EventType(StrEnum):
    """The routing key of an event is `<its type>.<office>`; `-` stands for no office."""

    HOLD_PLACED = "hold.placed"
    HOLD_REFUSED = "hold.refused"
    HOLD_EXPIRED = "hold.expired"
    HOLD_RELEASED = "hold.released"
    HOLD_EXTENDED = "hold.extended"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_REFUSED = "booking.refused"
    SLOT_OPENED = "slot.opened"
    SLOT_CHANGED = "slot.changed"
    SLOT_CLOSED = "slot.closed"


# What is told in words only to whom it befell in a chat.
OF_CHAT = frozenset(
    {
        EventType.HOLD_PLACED,
        EventType.HOLD_EXPIRED,
        EventType.HOLD_RELEASED,
        EventType.HOLD_EXTENDED,
    }
)


class Event(Message):
    """A CloudEvents 1.0 envelope in structured mode (https://github.com/cloudevents/spec).

    `id` is stable over repeats; `subject` is the slot's key; `slotsequence` is contiguous per
    slot; `sequence` is the global position, zero-padded to 20 digits so that it sorts as text.
    """

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = "/antrean/booking"
    type: str
    subject: str | None = None
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str | None = None
    slotsequence: int | None = None
    sequence: str | None = None
    data: EventBody

    @property
    def event_type(self) -> EventType:
        """The short type: `id.antrean.hold.placed.v1` is `hold.placed`."""
        return EventType(self.type.removeprefix("id.antrean.").removesuffix(".v1"))


def is_told(event: Event) -> bool:
    """Whether somebody may be told of it in words: what a chat led to, or became of a booking.

    Whoever holds a seat on the web, or is refused one there, has the answer already.
    """
    if event.event_type in OF_CHAT:
        return event.data.channel is Channel.WHATSAPP
    return not event.event_type.startswith("slot.")


class SlotSeats(Message):
    """The seats of one slot by one of its sequence numbers."""

    slot_id: UUID
    seq: int
    capacity: int
    remaining: int


class SeatsTold(Message):
    """The slots that one batch changed, told before the relay tells of each: it may get lost."""

    at: AwareDatetime
    slots: tuple[SlotSeats, ...]


def event_name(event_type: EventType) -> str:
    """Name the CloudEvents type of an event."""
    return f"id.antrean.{event_type.value}.v1"
