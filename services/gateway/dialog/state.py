"""Where a conversation stands, what it may need to know, and what a turn of it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from shared.keys import same_code
from shared.messages import Alternative, Applicant, Content, Language, Session, SlotRef

DRAFT_LIVES = timedelta(minutes=30)
NO_DRAFT: dict[str, Any] = dict.fromkeys(
    ("name", "birth_date", "nik", "visit", "session", "slot", "replaces", "owner", "placed")
)


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered between two messages of one person.

    From `name` to `slot` stands the request that is being put together; `replaces` is the hold
    whose values it corrects, `owner` whose that hold is, and `placed` the last command that asked
    booking for a seat. `choices` are the commands of the last list, by number. `asks` is a question
    that waits: `person`, `visit`, `office` or `service`; `cancels` is the booking that they are
    asked about. `moves` is the booking that was last to be moved. `number` is the business number
    that the last message came to.
    """

    language: Language = Language.ID
    office: str | None = None
    service: str | None = None
    name: str | None = None
    birth_date: date | None = None
    nik: str | None = None
    visit: date | None = None
    session: Session | None = None
    slot: SlotRef | None = None
    replaces: UUID | None = None
    owner: str | None = None
    placed: UUID | None = None
    moves: str | None = None
    choices: tuple[str, ...] = ()
    asks: str | None = None
    cancels: str | None = None
    media_told_at: datetime | None = None
    number: str = ""
    greeted: bool = False

    def but(self, **changes: Any) -> "State":
        """Give the same state with some fields changed."""
        return replace(self, **changes)

    def anew(self, **changes: Any) -> "State":
        """Give the same state without the draft and without what was being asked or moved."""
        return self.but(**NO_DRAFT | {"asks": None, "cancels": None, "moves": None} | changes)

    @property
    def is_begun(self) -> bool:
        """Whether a request is being put together."""
        return bool(self.asks or self.name or self.birth_date or self.visit or self.slot)

    def after(self, quiet_for: timedelta) -> "State":
        """Give the state after a silence: drafts, lists and questions do not live for ever."""
        return self.anew(choices=()) if quiet_for > DRAFT_LIVES else self


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
    owner: str
    code: str
    name: str
    birth_date: date
    ref: SlotRef
    office: Office
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking of this person that is still to come; `approval` is the code it was made by."""

    code: str
    owner: str
    approval: str
    name: str
    ref: SlotRef
    office: Office
    service_hour: str
    queue_number: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Which facts a turn wants; the caller loads no others.

    `dates_of` is an office, `service` the one that was chosen, `day` one whose seats are wanted
    however far ahead. With `moves` the dates are those of the booking that is to be moved, the
    only one or the one of this code. `placed` is a command whose refusal is wanted.
    """

    dates_of: str | None = None
    service: str | None = None
    own: bool = False
    moves: bool = False
    code: str | None = None
    day: date | None = None
    placed: UUID | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a turn is taken; `free` are the dates of the office `dates_of`.

    `pending` counts what they asked of booking and what booking has not decided yet; `refused` is
    why the request that they made last got no seat;
    `has_phone` is false where WhatsApp hides their number from us.
    """

    now: datetime
    offices: dict[str, Office]
    free: tuple[Free, ...] = ()
    elsewhere: tuple[Alternative, ...] = ()
    opens_at: datetime | None = None
    holds: tuple[HeldSeat, ...] = ()
    bookings: tuple[Booked, ...] = ()
    dates_of: str | None = None
    services: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    pending: int = 0
    refused: str | None = None
    has_phone: bool = True

    def named(self, service: str, language: Language) -> str:
        """Name a service in the person's language."""
        return self.services.get(service, {}).get(language, service)

    def booked(self, code: str | None) -> Booked | None:
        """Find the booking that is meant: the one of this code, or the only one."""
        if code is not None:
            return next((one for one in self.bookings if one.code == code), None)
        return self.bookings[0] if len(self.bookings) == 1 else None

    def approved(self, code: str | None) -> Booked | None:
        """Find the booking that was made by this approval code."""
        return next((one for one in self.bookings if code and same_code(code, one.approval)), None)

    def held(self, code: str | None) -> HeldSeat | None:
        """Find the hold that is meant: the one of this approval code, or the only one."""
        if code is not None:
            return next((one for one in self.holds if same_code(code, one.code)), None)
        return self.holds[0] if len(self.holds) == 1 else None


@dataclass(frozen=True, slots=True)
class Place:
    """Ask booking for a seat; `replaces` is their own hold that it takes the place of.

    `owner` is whose that hold is, where it was made before WhatsApp showed us their number.
    """

    slot: SlotRef
    applicant: Applicant
    replaces: UUID | None = None
    owner: str | None = None


# An action on what exists names its owner: one person may have two, a phone and a user id.
@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask booking to confirm a hold by its code."""

    hold_id: UUID
    code: str
    owner: str


@dataclass(frozen=True, slots=True)
class Release:
    """Ask booking to give a hold back."""

    hold_id: UUID
    owner: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask booking to cancel a booking."""

    booking_code: str
    owner: str


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Ask booking to move a booking."""

    booking_code: str
    slot: SlotRef
    owner: str


@dataclass(frozen=True, slots=True)
class ProveLogin:
    """Prove the login that a code names; the caller answers by what came of it."""

    code: str


@dataclass(frozen=True, slots=True)
class LogOut:
    """End every login of this person."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """Send this person no texts that they did not ask for, or send them again."""

    out: bool


Action = Place | Confirm | Release | Cancel | Reschedule | ProveLogin | LogOut | OptOut


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
