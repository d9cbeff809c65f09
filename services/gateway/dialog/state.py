"""Where a conversation stands, what it may need to know, and what a turn of it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from shared.messages import Alternative, Applicant, Content, Language, SlotRef


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered between two messages of one person.

    `listed` are the slots of the last list, by number; `offices` those of the last choice of
    offices, `services` those of the last choice of services. `asks` is a question that waits:
    `person`, `office`, `service`, or `cancel`. `number` is the business number that the last
    message came to.
    """

    language: Language = Language.ID
    office: str | None = None
    service: str | None = None
    name: str | None = None
    birth_date: date | None = None
    nik: str | None = None
    slot: SlotRef | None = None
    moves: str | None = None
    listed: tuple[SlotRef, ...] = ()
    offices: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    asks: str | None = None
    cancels: str | None = None
    media_told_at: datetime | None = None
    number: str = ""

    def but(self, **changes: Any) -> "State":
        """Give the same state with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Office:
    """An office as the conversation needs it."""

    id: str
    name: str
    short_name: str
    province: str
    address: str
    timezone: str
    services: tuple[str, ...]
    arrive_early_minutes: int = 30
    whatsapp_number: str | None = None

    def service(self, wanted: str | None) -> str | None:
        """Give the service that is meant: the one wanted, else the only one; None asks for it."""
        if wanted is not None:
            return wanted if wanted in self.services else None
        return self.services[0] if len(self.services) == 1 else None


@dataclass(frozen=True, slots=True)
class Free:
    """A free slot, with its hours and remaining seats."""

    ref: SlotRef
    starts: time
    ends: time
    remaining: int


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A hold of this person that can still be confirmed, with the code that does it."""

    id: UUID
    code: str
    name: str
    birth_date: date
    ref: SlotRef
    office_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking of this person that is still to come."""

    code: str
    name: str
    ref: SlotRef
    office: Office
    service_hour: str
    queue_number: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Which facts a turn wants; the caller loads no others.

    `dates_of` is an office, `service` the one that was chosen. With `moves` the dates are those
    of the booking that is to be moved, the only one or the one of this code.
    """

    dates_of: str | None = None
    service: str | None = None
    own: bool = False
    moves: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a turn is taken; `free` are the dates of the office `dates_of`."""

    now: datetime
    offices: dict[str, Office]
    free: tuple[Free, ...] = ()
    elsewhere: tuple[Alternative, ...] = ()
    opens_at: datetime | None = None
    holds: tuple[HeldSeat, ...] = ()
    bookings: tuple[Booked, ...] = ()
    dates_of: str | None = None
    services: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)

    def named(self, service: str, language: Language) -> str:
        """Name a service in the person's language."""
        return self.services.get(service, {}).get(language, service)

    def booked(self, code: str | None) -> Booked | None:
        """Find the booking that is meant: the one of this code, or the only one."""
        if code is not None:
            return next((one for one in self.bookings if one.code == code), None)
        return self.bookings[0] if len(self.bookings) == 1 else None


@dataclass(frozen=True, slots=True)
class Place:
    """Ask booking for a seat."""

    slot: SlotRef
    applicant: Applicant


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask booking to confirm a hold by its code."""

    hold_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Release:
    """Ask booking to give a hold back."""

    hold_id: UUID


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask booking to cancel a booking."""

    booking_code: str


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Ask booking to move a booking."""

    booking_code: str
    slot: SlotRef


@dataclass(frozen=True, slots=True)
class ProveLogin:
    """Prove the login that a code names; the caller answers by what came of it."""

    code: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """Send this person no texts that they did not ask for, or send them again."""

    out: bool


Action = Place | Confirm | Release | Cancel | Reschedule | ProveLogin | OptOut


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message leads to: the new state, at most one reply, at most one act.

    No reply goes with an act of booking: its outcome is the answer.
    """

    state: State
    reply: Content | None = None
    action: Action | None = None


STATES = TypeAdapter(State)


def dump(state: State) -> Any:
    """Write a state as JSON values."""
    return STATES.dump_python(state, mode="json")


def load(values: Any) -> State:
    """Read what `dump` wrote; nothing gives a fresh state."""
    return STATES.validate_python(values) if values else State()
