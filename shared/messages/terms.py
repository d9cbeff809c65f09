"""The words that all messages share: sessions, channels, refusals, slots, persons."""

from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha1
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

SLOT_NAMESPACE = UUID("5f0c54c3-6f2b-5c8e-9d5e-0a8f3c1b7a11")
COMMAND_NAMESPACE = UUID("c0ffa1d2-3b44-5e55-8f66-77a8b9c0d1e2")

# The names of offices and services; part of routing keys, which RabbitMQ limits to 255 bytes.
SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=80)]
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
    ALREADY_EXTENDED = "already_extended"
    NOT_EXTENDABLE = "not_extendable"
    SEAT_NOT_KEPT = "seat_not_kept"
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

    office: Slug
    service: Slug
    date: Day
    session: Session

    @property
    def key(self) -> str:
        """The slot as people write it: `jakarta-pusat/passport/2027-01-11/morning`."""
        return f"{self.office}/{self.service}/{self.date.isoformat()}/{self.session.value}"

    @property
    def slot_id(self) -> UUID:
        """The slot's id, the same wherever it is computed, so that no look-up is needed."""
        return _slot_id(self.key)


@lru_cache(4096)
def _slot_id(key: str) -> UUID:
    return quick_uuid5(SLOT_NAMESPACE, key)


def command_id(client: str, idempotency_key: str) -> UUID:
    """Make the id of a command: the same client and key give the same id at any gateway."""
    return quick_uuid5(COMMAND_NAMESPACE, f"{len(client)}:{client}:{idempotency_key}")


def quick_uuid5(namespace: UUID, name: str) -> UUID:
    """Make the uuid5 (RFC 9562, 5.5) of a name, in half the time that the library takes."""
    digest = sha1(namespace.bytes + name.encode(), usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)


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
