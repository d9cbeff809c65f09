from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.memory import NEVER, Memory, Seats, state_of
from shared.messages import Event, EventBody, EventType, Session, SlotRef, event_name

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
A_SLOT = SlotRef(office="padang", service="passport", date=date(2027, 1, 11), session="morning")
ROW: dict[str, Any] = {
    "id": A_SLOT.slot_id,
    "office_id": A_SLOT.office,
    "service_id": A_SLOT.service,
    "date": A_SLOT.date,
    "session": "morning",
    "starts": time(8),
    "ends": time(12),
    "opens_at": NOON - HOUR,
    "closes_at": NOON + HOUR,
    "capacity": 20,
    "remaining": 7,
    "closed": False,
    "seq": 5,
}


def told(kind: EventType = EventType.SLOT_CHANGED, seq: int = 6, **said: Any) -> Event:
    seats = {"capacity": 20, "remaining": 6} | said
    return Event(
        id=uuid4(),
        type=event_name(kind),
        time=NOON,
        partitionkey=str(A_SLOT.slot_id),
        slotsequence=seq,
        data=EventBody(**seats),
    )


@pytest.fixture
def memory() -> Memory:
    found = Memory()
    found.load([ROW])
    return found


def known(memory: Memory) -> Seats:
    seats = memory.find(A_SLOT)
    assert seats is not None
    return seats


def test_a_change_of_seats_is_taken_over_and_wakes_who_watches(memory: Memory) -> None:
    woken: list[str] = []
    offer = memory.offer("padang", "passport")
    offer.wakes.append(lambda: woken.append("woken"))
    version = offer.version

    assert memory.learn(A_SLOT.slot_id, 6, 20, 6)

    assert (known(memory).remaining, woken) == (6, ["woken"])
    assert offer.version > version


@pytest.mark.parametrize("seq", [4, 5])
def test_what_is_heard_late_or_twice_changes_nothing(memory: Memory, seq: int) -> None:
    version = memory.offer("padang", "passport").version

    assert memory.learn(A_SLOT.slot_id, seq, 20, 19)

    assert known(memory).remaining == 7
    assert memory.offer("padang", "passport").version == version


def test_a_slot_that_is_not_known_must_be_read(memory: Memory) -> None:
    assert not memory.learn(uuid4(), 1, 20, 20)


def test_an_event_of_a_booking_is_taken_over(memory: Memory) -> None:
    assert memory.apply(told(remaining=0))

    assert known(memory).remaining == 0


@pytest.mark.parametrize(
    "event",
    [
        told(EventType.SLOT_OPENED),
        told(EventType.SLOT_CLOSED),
        told(opens_at=NOON),
        told(capacity=None),
    ],
    ids=["opened", "closed", "by an operator", "without its seats"],
)
def test_what_may_change_more_than_seats_must_be_read(memory: Memory, event: Event) -> None:
    assert not memory.apply(event)
    assert known(memory).remaining == 7


def test_what_was_read_before_a_change_was_heard_does_not_undo_its_seats(memory: Memory) -> None:
    memory.learn(A_SLOT.slot_id, 9, 20, 0)

    memory.load([ROW | {"seq": 8, "remaining": 3, "closed": True}])

    assert (known(memory).remaining, known(memory).seq, known(memory).closed) == (0, 9, True)


def test_reading_tells_which_slots_were_others(memory: Memory) -> None:
    assert memory.load([ROW]) == []
    assert memory.load([ROW | {"seq": 6}]) == []
    assert memory.load([ROW | {"seq": 7, "remaining": 1}]) == [A_SLOT.slot_id.int]


def test_a_day_that_is_over_is_forgotten(memory: Memory) -> None:
    memory.forget_before(A_SLOT.date)
    assert len(memory) == 1

    memory.forget_before(A_SLOT.date + timedelta(days=1))

    assert (len(memory), memory.find(A_SLOT)) == (0, None)
    assert memory.offer("padang", "passport").seats == {}


@pytest.mark.parametrize(
    ("change", "now", "state"),
    [
        ({}, NOON, "open"),
        ({"remaining": 0}, NOON, "full"),
        ({"closed": True}, NOON, "closed"),
        ({}, NOON - 2 * HOUR, "unreleased"),
        ({}, NOON - HOUR, "open"),
        ({}, NOON + HOUR, "closed"),
    ],
)
def test_a_state_follows_from_seats_and_time(
    change: dict[str, Any], now: datetime, state: str
) -> None:
    memory = Memory()
    memory.load([ROW | change])

    assert state_of(known(memory), now) == state


def test_the_first_free_slots_follow_the_seats_and_the_time(memory: Memory) -> None:
    later = SlotRef(**dict(A_SLOT) | {"session": Session.AFTERNOON})
    memory.load(
        [
            ROW
            | {"id": later.slot_id, "session": "afternoon", "starts": time(13)}
            | {"closes_at": NOON + 2 * HOUR}
        ]
    )
    offer = memory.offer("padang", "passport")

    def free(now: datetime) -> list[Session]:
        return [seats.when[1] for seats in offer.free(now)]

    assert free(NOON) == [Session.MORNING, Session.AFTERNOON]
    assert free(NOON + HOUR) == [Session.AFTERNOON]
    memory.learn(later.slot_id, 6, 20, 0)
    assert free(NOON + HOUR) == []


def test_it_is_known_when_time_alone_changes_something(memory: Memory) -> None:
    offer = memory.offer("padang", "passport")

    turns = [offer.turns_at(NOON + h * HOUR) for h in (-2, -1, 0, 1, -2)]

    opens, closes = NOON - HOUR, NOON + HOUR
    assert turns == [opens, closes, closes, NEVER, opens]
    memory.load([ROW | {"closed": True}])
    assert offer.turns_at(NOON) == NEVER


def test_a_hundred_thousand_slots_share_their_days_and_hours() -> None:
    memory = Memory()
    other = SlotRef(**dict(A_SLOT) | {"office": "batam"})
    copy = {k: v.replace(microsecond=v.microsecond) for k, v in ROW.items() if k.endswith("_at")}
    memory.load([ROW, ROW | {"id": other.slot_id, "office_id": "batam"} | copy])

    first, second = known(memory), memory.find(other)

    assert second is not None
    assert first.opens_at is second.opens_at
    assert first.when is second.when
