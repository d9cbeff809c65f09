"""What becomes of each kind of command: judged at the desk, in order of arrival."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.booking import rules
from services.booking.desk import Desk, at
from services.booking.placing import place_hold
from services.booking.rules import Claim, Slot
from shared.keys import booking_code_of, same_code
from shared.messages import (
    BookingGranted,
    CancelBooking,
    Command,
    ConfirmHold,
    EventType,
    ExtendHold,
    HoldExtended,
    PlaceHold,
    Refusal,
    Refused,
    ReleaseHold,
    RescheduleBooking,
    SeatGivenBack,
    SlotRef,
    SomeCommand,
    SomeResult,
)


def decide(desk: Desk, command: SomeCommand) -> SomeResult:
    """Decide one command at the desk."""
    if command.deadline is not None and desk.now > command.deadline:
        return Refused(code=Refusal.EXPIRED, slot=getattr(command, "slot", None))
    return DECISIONS[type(command)](desk, command)


def confirm_hold(desk: Desk, command: ConfirmHold) -> BookingGranted | Refused:
    """Turn a hold into a booking, if the code is right and the hold still stands."""
    claim = desk.theirs(command.hold_id, command.owner)
    if claim is None:
        return Refused(code=Refusal.NOT_FOUND)
    slot = desk.slots[claim.slot_id]
    if claim.state not in rules.ACTIVE or (claim.state == "held" and claim.expires_at <= desk.now):
        return Refused(code=Refusal.HOLD_EXPIRED, slot=slot.ref)
    right = desk.tools.keys.approval_code(claim.id, command.owner)
    if not same_code(command.approval_code, right):
        return _wrong_code(desk, command, claim, slot)
    is_new = claim.state == "held"
    if is_new and (slot.closed or desk.now >= slot.ends_at):
        return _lose(desk, command, claim, Refused(code=Refusal.SLOT_CLOSED, slot=slot.ref))
    if is_new:
        claim.state = "confirmed"
        _book(desk, claim, slot, desk.tools.new_code())
        desk.alter(claim)
    if is_new or command.tell:  # typed twice: in a chat nobody hears the stored outcome
        desk.tell(EventType.BOOKING_CONFIRMED, command, claim)
    return granted(claim, slot.ref)


def release_hold(desk: Desk, command: ReleaseHold) -> SeatGivenBack | Refused:
    """Give back the seat of a hold that was not confirmed."""
    claim = desk.theirs(command.hold_id, command.owner)
    if claim is None or claim.state not in {"held", "released", "expired"}:
        return Refused(code=Refusal.NOT_FOUND)
    if claim.state == "expired":
        return Refused(code=Refusal.HOLD_EXPIRED, slot=desk.slots[claim.slot_id].ref)
    if claim.state == "held":
        desk.end(claim, "released")
        desk.tell(EventType.HOLD_RELEASED, command, claim)
    elif command.tell:
        desk.tell(EventType.HOLD_RELEASED, command, claim)
    return SeatGivenBack(hold_id=claim.id)


def extend_hold(desk: Desk, command: ExtendHold) -> HoldExtended | Refused:
    """Let a hold stand longer by its office's rule, once."""
    claim = desk.theirs(command.hold_id, command.owner)
    if claim is None or claim.state not in {"held", "released", "expired"}:
        return Refused(code=Refusal.NOT_FOUND)
    slot = desk.slots[claim.slot_id]
    if claim.state != "held" or claim.expires_at <= desk.now:
        return Refused(code=Refusal.HOLD_EXPIRED, slot=slot.ref)
    if slot.closed or desk.now >= slot.ends_at:  # it could not be confirmed any more
        return Refused(code=Refusal.SLOT_CLOSED, slot=slot.ref)
    refused = rules.refuse_extension(slot, claim.expires_at, is_extended=claim.extended)
    if refused:
        return refused
    claim.expires_at += timedelta(minutes=slot.office.extend_minutes)
    claim.extended = True
    desk.alter(claim)
    desk.tell(EventType.HOLD_EXTENDED, command, claim, expires_at=claim.expires_at)
    return HoldExtended(hold_id=claim.id, slot=slot.ref, expires_at=claim.expires_at)


def cancel_booking(desk: Desk, command: CancelBooking) -> SeatGivenBack | Refused:
    """Cancel a booking whose session has not begun."""
    claim = _named(desk, command.booking_code, command.owner)
    if claim is not None and claim.state == "cancelled":
        if command.tell:  # asked twice: in a chat nobody hears the stored outcome
            desk.tell(EventType.BOOKING_CANCELLED, command, claim)
        return SeatGivenBack(hold_id=claim.id, booking_code=claim.code)
    if claim is None or claim.state != "confirmed":
        return Refused(code=Refusal.NOT_FOUND)
    refused = rules.refuse_cancel(desk.slots[claim.slot_id], desk.now)
    if refused:
        return refused
    desk.end(claim, "cancelled")
    desk.tell(EventType.BOOKING_CANCELLED, command, claim)
    return SeatGivenBack(hold_id=claim.id, booking_code=claim.code)


def reschedule_booking(desk: Desk, command: RescheduleBooking) -> BookingGranted | Refused:
    """Move a booking: the old seat is given up in the moment in which the new one is sure."""
    old = _named(desk, command.booking_code, command.owner)
    if old is None or old.code is None or old.state != "confirmed":
        return Refused(code=Refusal.NOT_FOUND)
    slot = desk.slots.get(command.slot.slot_id)
    if slot is None:
        return desk.refuse_missing(command.slot)
    if slot.id == old.slot_id:  # asked once more, and there already
        if command.tell:  # in a chat nobody hears the stored outcome
            desk.tell(EventType.BOOKING_RESCHEDULED, command, old)
        return granted(old, slot.ref)
    refused = rules.refuse_reschedule(desk.slots[old.slot_id], old.reschedules, desk.now)
    refused = refused or _refuse_move(desk, old, slot) or rules.refuse_slot(slot, desk.now)
    if refused:
        return refused
    keys = desk.tools.keys
    new = Claim(
        id=command.id,
        slot_id=slot.id,
        service=slot.ref.service,
        seat=slot.take(),
        state="confirmed",
        owner=old.owner,
        person_key=old.person_key,
        nik_key=old.nik_key,
        person=keys.seal(keys.unseal(old.person, f"hold/{old.id}"), f"hold/{command.id}"),
        channel=old.channel,
        wrong_tries=0,
        reschedules=old.reschedules + 1,
        held_at=desk.now,
        expires_at=desk.now,
    )
    desk.end(old, "rescheduled")
    desk.add(new)
    _book(desk, new, slot, old.code)
    desk.tell(EventType.BOOKING_RESCHEDULED, command, new, previous_hold_id=old.id)
    return granted(new, slot.ref)


def expire_hold(desk: Desk, claim: Claim) -> None:
    """Free the seat of a hold that was not confirmed in time, by the database's clock."""
    if claim.state != "held" or claim.expires_at > desk.now:
        return
    desk.end(claim, "expired")
    slot = desk.slots[claim.slot_id]
    data = at(slot.ref) | {"hold_id": claim.id, "channel": claim.channel}
    desk.say(EventType.HOLD_EXPIRED, claim.id, slot, data)


def granted(claim: Claim, ref: SlotRef) -> BookingGranted:
    """Describe a confirmed claim as its outcome."""
    return BookingGranted(
        hold_id=claim.id,
        booking_code=claim.code or "",
        slot=ref,
        service_hour=claim.service_hour or "",
        queue_number=claim.queue_number or "",
    )


def _wrong_code(desk: Desk, command: ConfirmHold, claim: Claim, slot: Slot) -> Refused:
    """Count a wrong try; a hold out of tries is given up, so that codes cannot be guessed."""
    if claim.state != "held":
        return Refused(code=Refusal.WRONG_CODE, slot=slot.ref, tries_left=0)
    claim.wrong_tries += 1
    desk.alter(claim)
    left = max(0, slot.office.code_tries - claim.wrong_tries)
    refused = Refused(code=Refusal.WRONG_CODE, slot=slot.ref, tries_left=left)
    return refused if left else _lose(desk, command, claim, refused)


def _lose(desk: Desk, command: ConfirmHold, claim: Claim, refused: Refused) -> Refused:
    """End a hold that can no longer be confirmed."""
    desk.end(claim, "released")
    desk.tell(EventType.HOLD_RELEASED, command, claim, code=refused.code)
    return refused


def _refuse_move(desk: Desk, old: Claim, slot: Slot) -> Refused | None:
    """Say why a booking cannot move there: onto another of the same person."""
    keys = (old.person_key, old.nik_key)
    moves_service = slot.ref.service != old.service
    if moves_service and desk.has_active(slot.ref.service, keys):
        return Refused(code=Refusal.ALREADY_BOOKED, slot=slot.ref)
    return None


def _named(desk: Desk, typed: str, owner: str) -> Claim | None:
    """Find the claim that a booking code stands for, if it is theirs."""
    code = booking_code_of(typed)
    claim_id: UUID | None = desk.claim_of_code.get(code) if code else None
    return desk.theirs(claim_id, owner) if claim_id else None


def _book(desk: Desk, claim: Claim, slot: Slot, code: str) -> None:
    claim.code = code
    claim.service_hour = rules.service_hour(slot, claim.seat)
    claim.queue_number = rules.queue_number(slot, claim.seat)
    desk.changes.booked[code] = claim
    desk.claim_of_code[code] = claim.id


DECISIONS: dict[type[Command], Callable[[Desk, Any], SomeResult]] = {
    PlaceHold: place_hold,
    ConfirmHold: confirm_hold,
    ReleaseHold: release_hold,
    ExtendHold: extend_hold,
    CancelBooking: cancel_booking,
    RescheduleBooking: reschedule_booking,
}
