"""What a command came to: stored with its effect, replied, and replayed to whoever repeats it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, TypeAdapter

from shared.messages.terms import Message, Refusal, SlotRef


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


class HoldExtended(Message):
    """A hold stands longer now; it was done once and is not done again."""

    kind: Literal["hold_extended"] = "hold_extended"
    hold_id: UUID
    slot: SlotRef
    expires_at: AwareDatetime


class Refused(Message):
    """A public reason why not, with what helps to do better.

    `expires_at` is until when a hold stands that was extended already.
    """

    kind: Literal["refused"] = "refused"
    code: Refusal
    slot: SlotRef | None = None
    opens_at: AwareDatetime | None = None
    tries_left: int | None = None
    expires_at: AwareDatetime | None = None


SomeResult = HoldGranted | BookingGranted | SeatGivenBack | HoldExtended | Refused
AnyResult = Annotated[SomeResult, Field(discriminator="kind")]


class Outcome(Message):
    """The one outcome of one command; `command` is the kind of the command it answers."""

    command_id: UUID
    command: str
    result: AnyResult


class Replies(Message):
    """The outcomes of one batch for one gateway."""

    outcomes: tuple[Outcome, ...]


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
    """Give a result its HTTP status: 201 granted, 200 changed, else by the table or 409."""
    if isinstance(result, Refused):
        return STATUS_OF_REFUSAL.get(result.code, 409)
    return 200 if isinstance(result, SeatGivenBack | HoldExtended) else 201
