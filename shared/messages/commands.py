"""What a citizen may ask of booking."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, TypeAdapter

from shared.messages.terms import Applicant, Channel, Contact, Message, SlotRef


class Command(Message):
    """Something a citizen asks of booking.

    `owner` is the hex HMAC of the proven phone or WhatsApp identity. After `deadline` booking
    answers `expired` instead of acting. With `tell` set nobody waits for the answer, so that
    it goes as an event to the phone of `contact`.
    """

    id: UUID
    owner: str = Field(pattern=r"^[0-9a-f]{64}$")
    channel: Channel
    contact: Contact
    deadline: AwareDatetime | None = None
    tell: bool = False

    @property
    def essence(self) -> str:
        """What makes it another command under the same id; an honest repeat changes the rest.

        Absent fields leave no trace, so that a field of a later release changes no print.
        """
        unimportant = {"id", "deadline", "contact", "channel"}
        return self.model_dump_json(exclude=unimportant, exclude_none=True)


class PlaceHold(Command):
    """Set one seat of a slot aside for an applicant. The hold's id is the command's id.

    `replaces` is a hold of the same owner whose values this one corrects: it is given up in the
    moment in which the new one is sure. With `keeps_seat` it is given up for its own seat alone,
    and stays what it was where that may not be kept.
    """

    kind: Literal["hold.place"] = "hold.place"
    slot: SlotRef
    applicant: Applicant
    replaces: UUID | None = None
    keeps_seat: bool | None = None


class ConfirmHold(Command):
    """Turn a hold into a booking by its approval code."""

    kind: Literal["hold.confirm"] = "hold.confirm"
    hold_id: UUID
    approval_code: str


class ReleaseHold(Command):
    """Give the seat of a hold back before it is confirmed."""

    kind: Literal["hold.release"] = "hold.release"
    hold_id: UUID


class ExtendHold(Command):
    """Let a hold stand some minutes longer; each hold once."""

    kind: Literal["hold.extend"] = "hold.extend"
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


SomeCommand = PlaceHold | ConfirmHold | ReleaseHold | ExtendHold | CancelBooking | RescheduleBooking
AnyCommand = Annotated[SomeCommand, Field(discriminator="kind")]


class CommandBatch(Message):
    """Commands that waited at the same moment travel together; each keeps its own fate."""

    commands: tuple[AnyCommand, ...]


COMMANDS: TypeAdapter[SomeCommand] = TypeAdapter(AnyCommand)
