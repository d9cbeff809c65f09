"""Every command, outcome, event and text that crosses the broker, declared once.

A class changes only by a new optional field. A new meaning gets a new kind. Kinds, refusal
codes and status codes are public: add, never rename.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

SLOT_NAMESPACE = UUID("5f0c54c3-6f2b-5c8e-9d5e-0a8f3c1b7a11")
COMMAND_NAMESPACE = UUID("c0ffa1d2-3b44-5e55-8f66-77a8b9c0d1e2")

Day = date  # a field may itself be called `date`


class Session(StrEnum):
    """Half a day at an office."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class Channel(StrEnum):
    """How a request came in."""

    WEB = "web"
    MOBILE = "mobile"
    WHATSAPP = "whatsapp"


class Language(StrEnum):
    """What a citizen reads; Indonesian unless they ask."""

    ID = "id"
    EN = "en"


class Refusal(StrEnum):
    """Why not: public, stable, the same on every channel."""

    SLOT_FULL = "slot_full"
    SLOT_CLOSED = "slot_closed"
    NOT_OPEN_YET = "not_open_yet"
    NOT_OFFERED = "not_offered"
    UNKNOWN_OFFICE = "unknown_office"
    UNKNOWN_SLOT = "unknown_slot"
    ALREADY_BOOKED = "already_booked"
    TOO_MANY_FOR_PHONE = "too_many_for_phone"
    TOO_MANY_RESCHEDULES = "too_many_reschedules"
    TOO_LATE = "too_late"
    HOLD_EXPIRED = "hold_expired"
    WRONG_CODE = "wrong_code"
    NOT_FOUND = "not_found"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    EXPIRED = "expired"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    NEEDS_ATTENTION = "needs_attention"


class Message(BaseModel):
    """A frozen value that crosses the broker; fields of a later release are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SlotRef(Message):
    """Which slot: one office, service, date and session, in the office's own calendar."""

    office: str
    service: str
    date: Day
    session: Session

    @property
    def key(self) -> str:
        """The slot as people write it: `jakarta-pusat/passport/2027-01-11/morning`."""
        return f"{self.office}/{self.service}/{self.date.isoformat()}/{self.session.value}"

    @property
    def slot_id(self) -> UUID:
        """The slot's id, the same wherever it is computed, so that no look-up is needed."""
        return uuid5(SLOT_NAMESPACE, self.key)


def command_id(client: str, idempotency_key: str) -> UUID:
    """Make the id of a command: the same client and key give the same id at any gateway."""
    return uuid5(COMMAND_NAMESPACE, f"{len(client)}:{client}:{idempotency_key}")


class Contact(Message):
    """Where a person is reached; a WhatsApp user may have no visible phone number.

    `phone` is E.164 (`+62812...`); `bsuid` is WhatsApp's business-scoped user id.
    """

    phone: str | None = None
    bsuid: str | None = None
    language: Language = Language.ID


class Applicant(Message):
    """Who will come to the office; not always who types."""

    name: str
    birth_date: date
    nik: str | None = None


class Command(Message):
    """Something a citizen asks of booking.

    `owner` is the hex HMAC of the proven phone or WhatsApp identity. After `deadline` booking
    answers `expired` instead of acting. With `tell` set nobody waits for the answer, so that
    it goes as an event to the phone of `contact`.
    """

    id: UUID
    owner: str
    channel: Channel
    contact: Contact
    deadline: AwareDatetime | None = None
    tell: bool = False


class PlaceHold(Command):
    """Set one seat of a slot aside for an applicant. The hold's id is the command's id."""

    kind: Literal["hold.place"] = "hold.place"
    slot: SlotRef
    applicant: Applicant


class ConfirmHold(Command):
    """Turn a hold into a booking by its approval code."""

    kind: Literal["hold.confirm"] = "hold.confirm"
    hold_id: UUID
    approval_code: str


class ReleaseHold(Command):
    """Give the seat of a hold back before it is confirmed."""

    kind: Literal["hold.release"] = "hold.release"
    hold_id: UUID


class CancelBooking(Command):
    """Cancel a booking; it is free of punishment."""

    kind: Literal["booking.cancel"] = "booking.cancel"
    booking_code: str


class RescheduleBooking(Command):
    """Move a booking to another slot; the old seat stays until the new one is sure."""

    kind: Literal["booking.reschedule"] = "booking.reschedule"
    booking_code: str
    slot: SlotRef


SomeCommand = PlaceHold | ConfirmHold | ReleaseHold | CancelBooking | RescheduleBooking
AnyCommand = Annotated[SomeCommand, Field(discriminator="kind")]


class CommandBatch(Message):
    """Commands that waited at the same moment travel together; each keeps its own fate."""

    commands: tuple[AnyCommand, ...]


# --- outcomes: what a command came to; stored, replied, replayed -------------------------------


class HoldGranted(Message):
    """A seat is set aside. The approval code is not stored: see `shared.keys`."""

    kind: Literal["hold_granted"] = "hold_granted"
    hold_id: UUID
    slot: SlotRef
    expires_at: AwareDatetime


class BookingGranted(Message):
    """A hold was confirmed, or a booking was moved: this is the ticket's content, less its name.

    `service_hour` is `HH:MM-HH:MM` in the office's time zone; `queue_number` is like `A-017`.
    """

    kind: Literal["booking_granted"] = "booking_granted"
    hold_id: UUID
    booking_code: str
    slot: SlotRef
    service_hour: str
    queue_number: str


class SeatGivenBack(Message):
    """A hold was released or a booking cancelled."""

    kind: Literal["seat_given_back"] = "seat_given_back"
    hold_id: UUID
    booking_code: str | None = None


class Refused(Message):
    """A public reason why not, with what helps to do better."""

    kind: Literal["refused"] = "refused"
    code: Refusal
    slot: SlotRef | None = None
    opens_at: AwareDatetime | None = None
    tries_left: int | None = None


SomeResult = HoldGranted | BookingGranted | SeatGivenBack | Refused
AnyResult = Annotated[SomeResult, Field(discriminator="kind")]


class Outcome(Message):
    """The one outcome of one command; `command` is the kind of the command it answers."""

    command_id: UUID
    command: str
    result: AnyResult


class Replies(Message):
    """The outcomes of one batch for one gateway."""

    outcomes: tuple[Outcome, ...]


# --- events: CloudEvents 1.0; ids, office, slot and status, never personal data ----------------


class Alternative(Message):
    """Where there still is quota: "full here, free there"."""

    office: str
    office_name: str
    service: str
    date: Day
    session: Session
    remaining: int
    distance_km: float | None = None


class EventData(Message):
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
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_RESCHEDULED = "booking.rescheduled"
    BOOKING_REFUSED = "booking.refused"
    SLOT_OPENED = "slot.opened"
    SLOT_CHANGED = "slot.changed"
    SLOT_CLOSED = "slot.closed"


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
    data: EventData

    @property
    def event_type(self) -> EventType:
        """The short type: `id.antrean.hold.placed.v1` is `hold.placed`."""
        return EventType(self.type.removeprefix("id.antrean.").removesuffix(".v1"))


def event_name(event_type: EventType) -> str:
    """Name the CloudEvents type of an event."""
    return f"id.antrean.{event_type.value}.v1"


# --- texts: what the gateway asks the notifier to do --------------------------------------------


class Button(Message):
    """A reply button: its id is the command that a tap types. Title <= 20 characters."""

    id: str = Field(max_length=256)
    title: str = Field(max_length=20)


class Row(Message):
    """A row of a list: title <= 24, description <= 72 characters; its id is a command."""

    id: str = Field(max_length=200)
    title: str = Field(max_length=24)
    description: str = Field(default="", max_length=72)


class Content(Message):
    """What one text says. A channel without lists or buttons sends the body alone.

    Limits are WhatsApp's: 3 buttons; 10 rows in all; a body of 4,096 characters, 1,024 where
    buttons or rows go with it.
    """

    body: str = Field(min_length=1, max_length=4096)
    buttons: tuple[Button, ...] = Field(default=(), max_length=3)
    rows: tuple[Row, ...] = Field(default=(), max_length=10)
    rows_button: str = Field(default="Pilih", max_length=20)
    ask_contact: bool = False


class SendText(Message):
    """Send one text. `id` is the notifier's key for sending it once.

    `by` names the channels to try, in order. `inbound_at` is when the person last wrote, if
    this answers them: it opens WhatsApp's 24-hour window. `secret` keeps a code out of logs and
    out of any retry after `valid_until`.
    """

    kind: Literal["text.send"] = "text.send"
    id: UUID
    to: Contact
    content: Content
    purpose: str
    by: tuple[Literal["whatsapp", "sms"], ...] = ("whatsapp",)
    inbound_at: AwareDatetime | None = None
    reply_to: str | None = None
    valid_until: AwareDatetime | None = None


class ContactSeen(Message):
    """A person wrote to us, or said that they want no more texts (or want them again)."""

    kind: Literal["contact.seen"] = "contact.seen"
    to: Contact
    at: AwareDatetime
    opted_out: bool | None = None


class Receipt(Message):
    """A provider's word on what became of a text; `tag` is the attempt id we gave it.

    `status` is `sent`, `delivered`, `read`, `played` or `failed`.
    """

    kind: Literal["receipt.record"] = "receipt.record"
    provider: str
    provider_ref: str
    tag: str | None = None
    status: Literal["accepted", "sent", "delivered", "read", "played", "failed"]
    at: AwareDatetime
    error_code: int | None = None
    error: dict[str, Any] | None = None
    billable: bool | None = None
    category: str | None = None


SomeNotice = SendText | ContactSeen | Receipt
AnyNotice = Annotated[SomeNotice, Field(discriminator="kind")]

COMMANDS: TypeAdapter[SomeCommand] = TypeAdapter(AnyCommand)
NOTICES: TypeAdapter[SomeNotice] = TypeAdapter(AnyNotice)
RESULTS: TypeAdapter[SomeResult] = TypeAdapter(AnyResult)

STATUS_OF_REFUSAL: dict[Refusal, int] = {
    Refusal.UNKNOWN_OFFICE: 404,
    Refusal.UNKNOWN_SLOT: 404,
    Refusal.NOT_FOUND: 404,
    Refusal.IDEMPOTENCY_CONFLICT: 422,
    Refusal.RATE_LIMITED: 429,
    Refusal.OVERLOADED: 503,
    Refusal.NEEDS_ATTENTION: 500,
}


def status_of(result: SomeResult) -> int:
    """Give a result its HTTP status: 201 granted, 200 given back, else by the table or 409."""
    if isinstance(result, Refused):
        return STATUS_OF_REFUSAL.get(result.code, 409)
    return 200 if isinstance(result, SeatGivenBack) else 201


def commands_of(batches: Iterable[CommandBatch]) -> list[SomeCommand]:
    """All commands of the batches, in order."""
    return [command for batch in batches for command in batch.commands]
