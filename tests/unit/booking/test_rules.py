from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking import rules
from services.booking.codes import new_booking_code
from services.booking.rules import Office, Slot
from shared.keys import CROCKFORD, booking_code_of, grouped
from shared.messages import Refusal, Session, SlotRef

OFFICE = Office("jakarta-pusat", "Asia/Jakarta", 10, 5, 5, 5, 1, 2, 1800, 7200)
REF = SlotRef(
    office="jakarta-pusat", service="passport", date=date(2027, 1, 18), session=Session.MORNING
)
STARTS_AT = datetime(2027, 1, 18, 1, tzinfo=UTC)  # 08:00 in Jakarta
NOW = STARTS_AT - timedelta(days=5)


def slot(**changes: Any) -> Slot:
    values: dict[str, Any] = {
        "id": uuid4(), "ref": REF, "office": OFFICE, "starts": time(8), "ends": time(12),
        "starts_at": STARTS_AT, "ends_at": STARTS_AT + timedelta(hours=4),
        "opens_at": NOW - timedelta(days=1), "closes_at": STARTS_AT,
        "window_minutes": 30, "queue_letter": "A", "capacity": 16, "remaining": 16, "withheld": 0,
        "next_seat": 1, "free_seats": [], "closed": False, "seq": 0,
    }  # fmt: skip
    return Slot(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"remaining": 0}, Refusal.SLOT_FULL),
        ({"closed": True}, Refusal.SLOT_CLOSED),
        ({"closes_at": NOW}, Refusal.SLOT_CLOSED),
        ({"opens_at": NOW + timedelta(seconds=1)}, Refusal.NOT_OPEN_YET),
        ({"opens_at": NOW}, None),
        ({"closed": True, "remaining": 0}, Refusal.SLOT_CLOSED),
    ],
)
def test_full_closed_and_not_open_yet_are_different_answers(
    changes: dict[str, Any], code: Refusal | None
) -> None:
    refused = rules.refuse_slot(slot(**changes), NOW)

    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("services", "is_closed", "code"),
    [
        (None, False, Refusal.UNKNOWN_OFFICE),
        (frozenset({"e-passport"}), False, Refusal.NOT_OFFERED),
        (frozenset({"passport"}), False, Refusal.UNKNOWN_SLOT),
        (frozenset({"passport"}), True, Refusal.SLOT_CLOSED),
    ],
)
def test_a_slot_that_is_not_there_says_why(
    services: frozenset[str] | None, is_closed: bool, code: Refusal
) -> None:
    assert rules.refuse_missing(REF, services, is_closed=is_closed).code is code


def test_the_cap_of_a_phone_counts_after_the_person() -> None:
    full = rules.refuse_person(slot(), has_active=False, active_of_owner=5)
    both = rules.refuse_person(slot(), has_active=True, active_of_owner=5)

    assert full is not None
    assert full.code is Refusal.TOO_MANY_FOR_PHONE
    assert both is not None
    assert both.code is Refusal.ALREADY_BOOKED
    assert rules.refuse_person(slot(), has_active=False, active_of_owner=4) is None


@pytest.mark.parametrize(
    ("minutes", "is_extended", "code"),
    [
        (5, False, None),
        (5, True, Refusal.ALREADY_EXTENDED),
        (0, False, Refusal.NOT_EXTENDABLE),
        (0, True, Refusal.ALREADY_EXTENDED),  # before the rule was changed
    ],
)
def test_a_hold_is_extended_once_where_its_office_lets_it(
    minutes: int, is_extended: bool, code: Refusal | None
) -> None:
    office = replace(OFFICE, extend_minutes=minutes)

    refused = rules.refuse_extension(slot(office=office), NOW, is_extended=is_extended)

    assert (refused.code if refused else None) == code
    if refused:
        assert refused.expires_at == (NOW if is_extended else None)


@pytest.mark.parametrize(
    ("now", "moved", "code"),
    [
        (datetime(2027, 1, 17, 16, 59, tzinfo=UTC), 0, None),  # 23:59 of the day before
        (datetime(2027, 1, 17, 17, tzinfo=UTC), 0, Refusal.TOO_LATE),  # midnight in Jakarta
        (NOW, 1, None),
        (NOW, 2, Refusal.TOO_MANY_RESCHEDULES),
    ],
)
def test_a_booking_moves_until_the_day_before_at_the_office_and_twice(
    now: datetime, moved: int, code: Refusal | None
) -> None:
    refused = rules.refuse_reschedule(slot(), moved, now)

    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("seat", "hour"),
    [(1, "08:00-08:30"), (2, "08:00-08:30"), (3, "08:30-09:00"), (16, "11:30-12:00")],
)
def test_the_service_hour_follows_from_the_seats_place(seat: int, hour: str) -> None:
    assert rules.service_hour(slot(), seat) == hour


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([5, 15, 30, 45, 60, 480]))
def test_every_seat_has_an_hour_inside_the_session(seat: int, capacity: int, window: int) -> None:
    first, _, last = rules.service_hour(
        slot(capacity=capacity, window_minutes=window), seat
    ).partition("-")

    assert "08:00" <= first < last <= "12:00"


@given(st.lists(st.sampled_from(["take", "free"]), max_size=60))
def test_a_seat_is_given_once_and_never_above_the_capacity(acts: list[str]) -> None:
    place = slot(capacity=6, remaining=6)
    taken: list[int] = []
    for act in acts:
        if act == "take" and place.remaining:
            taken.append(place.take())
        elif act == "free" and taken:
            place.put_back(taken.pop(0))

        assert len(set(taken)) == len(taken)
        assert all(1 <= seat <= 6 for seat in taken)
        assert place.remaining + len(taken) == 6


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 1800), (0.5, 4500)])
def test_a_freed_seat_waits_a_random_time(chance: float, seconds: int) -> None:
    assert rules.release_delay(OFFICE, chance) == timedelta(seconds=seconds)


def test_booking_codes_are_unique_and_can_be_checked() -> None:
    codes = {new_booking_code() for _ in range(20_000)}

    assert len(codes) == 20_000
    assert all(booking_code_of(grouped(code).lower()) == code for code in codes)
    assert {letter for code in codes for letter in code} == set(CROCKFORD)


def test_one_wrong_letter_in_a_booking_code_is_found() -> None:
    code = new_booking_code()
    wrong = [code[:i] + other + code[i + 1 :] for i in range(12) for other in CROCKFORD]

    assert [typed for typed in wrong if booking_code_of(typed)] == [code] * 12


class Seat(int):
    """A seat number that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        Seat.compared += 1
        return super().__lt__(other)

    def __le__(self, other: int) -> bool:
        Seat.compared += 1
        return super().__le__(other)


def test_thousands_of_seats_that_came_back_are_given_out_again_lowest_first_and_at_once() -> None:
    came_back = [Seat(number) for number in range(20_000, 0, -1)]
    crowded = slot(capacity=20_000, remaining=20_000, next_seat=20_001, free_seats=came_back)
    Seat.compared = 0

    crowded.put_back(Seat(crowded.take()))
    taken = [crowded.take() for _ in range(100)]

    assert taken == list(range(1, 101))
    assert Seat.compared < 100 * 50  # and not all the seats each time


def test_a_seat_above_a_quota_that_was_cut_is_not_given_out() -> None:
    cut = slot(capacity=3, remaining=2, next_seat=3, free_seats=[9, 2, 7])

    assert [cut.take(), cut.take()] == [2, 3]
    assert sorted(cut.free_seats) == [7, 9]
