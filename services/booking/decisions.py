"""What becomes of each kind of command: judged at the desk, in order of arrival."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.booking import rules
from services.booking.desk import Desk, at
from services.booking.rules import Claim, Slot
from shared.keys import booking_code_of, same_code
from shared.messages import (
    BookingGranted,
    CancelBooking,
    Channel,
    Command,
    ConfirmHold,
    EventBody,
    EventType,
    HoldGranted,
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


def place_hold(desk: Desk, command: PlaceHold) -> HoldGranted | Refused:
    """Set a seat aside, or say why not."""
    slot = desk.slots.get(command.slot.slot_id)
    if slot is None:
        return _refuse_missing(desk, command.slot)
    old = _replaced(desk, command)
    claim = _new_claim(desk, command, slot, old)
    keeps_seat = old is not None and old.slot_id == slot.id and _is_correction(desk, old, command)
    refused = rules.refuse_person(
        slot,
        has_active=desk.has_active(claim.service, (claim.person_key, claim.nik_key), but=old),
        active_of_owner=desk.active_of_owner[claim.owner] - (old is not None),
    ) or rules.refuse_slot(slot, desk.now, has_seat=keeps_seat)
    if refused:
        return refused
    if old is not None:
        _give_up(desk, command, old, keeps_seat=keeps_seat)
    if keeps_seat and old is not None:
        # A correction does not prolong the hold, or it could be held for ever.
        claim.seat, claim.expires_at = old.seat, old.expires_at
    else:
        claim.seat = slot.take()
    desk.add(claim)
    before = {"previous_hold_id": old.id} if old else {}
    _say(desk, EventType.HOLD_PLACED, command, claim, expires_at=claim.expires_at, **before)
    return HoldGranted(hold_id=claim.id, slot=slot.ref, expires_at=claim.expires_at)


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
    if claim.state == "held":
        claim.state = "confirmed"
        _book(desk, claim, slot, desk.tools.new_code())
        desk.alter(claim)
        _say(desk, EventType.BOOKING_CONFIRMED, command, claim)
    elif command.tell:
        # Typed twice: in a chat nobody hears the stored outcome, so it is said once more.
        _say(desk, EventType.BOOKING_CONFIRMED, command, claim)
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
        _say(desk, EventType.HOLD_RELEASED, command, claim)
    elif command.tell:
        _say(desk, EventType.HOLD_RELEASED, command, claim)
    return SeatGivenBack(hold_id=claim.id)


def cancel_booking(desk: Desk, command: CancelBooking) -> SeatGivenBack | Refused:
    """Cancel a booking whose session has not begun."""
    claim = _named(desk, command.booking_code, command.owner)
    if claim is not None and claim.state == "cancelled":
        if command.tell:  # asked twice: in a chat nobody hears the stored outcome
            _say(desk, EventType.BOOKING_CANCELLED, command, claim)
        return SeatGivenBack(hold_id=claim.id, booking_code=claim.code)
    if claim is None or claim.state != "confirmed":
        return Refused(code=Refusal.NOT_FOUND)
    refused = rules.refuse_cancel(desk.slots[claim.slot_id], desk.now)
    if refused:
        return refused
    desk.end(claim, "cancelled")
    _say(desk, EventType.BOOKING_CANCELLED, command, claim)
    return SeatGivenBack(hold_id=claim.id, booking_code=claim.code)


def reschedule_booking(desk: Desk, command: RescheduleBooking) -> BookingGranted | Refused:
    """Move a booking: the old seat is given up in the moment in which the new one is sure."""
    old = _named(desk, command.booking_code, command.owner)
    if old is None or old.code is None or old.state != "confirmed":
        return Refused(code=Refusal.NOT_FOUND)
    slot = desk.slots.get(command.slot.slot_id)
    if slot is None:
        return _refuse_missing(desk, command.slot)
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
    _say(desk, EventType.BOOKING_RESCHEDULED, command, new, previous_hold_id=old.id)
    return granted(new, slot.ref)


def expire_hold(desk: Desk, claim: Claim) -> None:
    """Free the seat of a hold that was not confirmed in time, by the database's clock."""
    if claim.state != "held" or claim.expires_at > desk.now:
        return
    desk.end(claim, "expired")
    slot = desk.slots[claim.slot_id]
    data = EventBody(**at(slot.ref), hold_id=claim.id, channel=Channel(claim.channel))
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


def _new_claim(desk: Desk, command: PlaceHold, slot: Slot, old: Claim | None) -> Claim:
    """Describe the claim that a command asks for; it has no seat yet."""
    keys, who = desk.tools.keys, command.applicant
    return Claim(
        id=command.id,
        slot_id=slot.id,
        service=command.slot.service,
        seat=0,
        state="held",
        owner=old.owner if old else bytes.fromhex(command.owner),
        person_key=keys.person_key(who.name, who.birth_date),
        nik_key=keys.nik_key(who.nik) if who.nik else None,
        person=keys.seal(_person(command), f"hold/{command.id}"),
        channel=command.channel.value,
        wrong_tries=0,
        reschedules=0,
        held_at=desk.now,
        expires_at=desk.now + timedelta(minutes=slot.office.hold_minutes),
    )


def _replaced(desk: Desk, command: PlaceHold) -> Claim | None:
    """Find the hold that a command corrects, while it still stands and is theirs."""
    old = desk.theirs(command.replaces, command.owner) if command.replaces else None
    stands = old is not None and old.state == "held" and old.expires_at > desk.now
    return old if stands else None


def _is_correction(desk: Desk, old: Claim, command: PlaceHold) -> bool:
    """Whether the same person is meant: only then does a seat go from one name to another."""
    before = desk.tools.keys.unseal(old.person, f"hold/{old.id}")
    who = command.applicant
    was = (before["name"], date.fromisoformat(before["birth_date"]))
    return rules.is_correction(was, (who.name, who.birth_date))


def _give_up(desk: Desk, command: PlaceHold, old: Claim, *, keeps_seat: bool) -> None:
    """End a hold that was corrected."""
    desk.end(old, "released", keeps_seat=keeps_seat)
    _say(desk, EventType.HOLD_RELEASED, command, old, command=command.kind)


def _wrong_code(desk: Desk, command: ConfirmHold, claim: Claim, slot: Slot) -> Refused:
    """Count a wrong try; a hold out of tries is given up, so that codes cannot be guessed."""
    if claim.state != "held":
        return Refused(code=Refusal.WRONG_CODE, slot=slot.ref, tries_left=0)
    claim.wrong_tries += 1
    desk.alter(claim)
    left = max(0, slot.office.code_tries - claim.wrong_tries)
    if left == 0:
        desk.end(claim, "released")
        _say(desk, EventType.HOLD_RELEASED, command, claim, code=Refusal.WRONG_CODE)
    return Refused(code=Refusal.WRONG_CODE, slot=slot.ref, tries_left=left)


def _refuse_missing(desk: Desk, ref: SlotRef) -> Refused:
    services = desk.services.get(ref.office)
    return rules.refuse_missing(ref, services, is_closed=ref.key in desk.closures)


def _refuse_move(desk: Desk, old: Claim, slot: Slot) -> Refused | None:
    """Say why a booking cannot move there: onto itself, or onto another of the same person."""
    if slot.id == old.slot_id:
        return Refused(code=Refusal.ALREADY_BOOKED, slot=slot.ref)
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
    desk.booked[code] = claim
    desk.claim_of_code[code] = claim.id


def _person(command: PlaceHold) -> dict[str, str | None]:
    """Gather what is sealed in the hold's row: whom to call at the counter and whom to tell."""
    who, contact = command.applicant, command.contact
    name = {"name": who.name, "birth_date": who.birth_date.isoformat()}
    return name | {"phone": contact.phone, "bsuid": contact.bsuid, "language": contact.language}


def _say(desk: Desk, kind: EventType, cause: Command, claim: Claim, **more: Any) -> None:
    slot = desk.slots[claim.slot_id]
    more |= {"hold_id": claim.id, "channel": cause.channel, "command_id": cause.id}
    desk.say(kind, cause.id, slot, EventBody(**at(slot.ref), **more))


DECISIONS: dict[type[Command], Callable[[Desk, Any], SomeResult]] = {
    PlaceHold: place_hold,
    ConfirmHold: confirm_hold,
    ReleaseHold: release_hold,
    CancelBooking: cancel_booking,
    RescheduleBooking: reschedule_booking,
}
