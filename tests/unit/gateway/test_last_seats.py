import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.gateway import last_seats
from services.gateway.last_seats import LastSeats
from services.gateway.memory import Offer, Seats
from shared.messages import Session

NOW = datetime(2030, 1, 1, tzinfo=UTC)
MOST = 100


@pytest.fixture
def seats() -> Seats:
    return Seats(
        offer=Offer("here", "passport"),
        when=(date(2030, 1, 7), Session.MORNING),
        starts=time(8),
        ends=time(12),
        opens_at=NOW,
        closes_at=NOW + timedelta(days=5),
        capacity=3,
        remaining=3,
        closed=False,
        seq=1,
    )


def heard(seats: Seats, remaining: int) -> None:
    seats.remaining = remaining
    seats.offer.changed()


async def ask(lines: LastSeats, seats: Seats, count: int) -> list["asyncio.Task[bool]"]:
    tasks = [asyncio.create_task(lines.enter(seats)) for _ in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


def begun(tasks: list["asyncio.Task[bool]"]) -> list[bool | None]:
    return [task.result() if task.done() else None for task in tasks]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_seats, "PATIENCE_S", 30)
    monkeypatch.setattr(last_seats, "LEARN_S", 0)


async def test_as_many_go_as_seats_are_left_and_the_others_wait(seats: Seats) -> None:
    tasks = await ask(LastSeats(lambda: MOST), seats, 5)

    assert begun(tasks) == [True, True, True, None, None]
    heard(seats, 0)
    await asyncio.gather(*tasks)


async def test_who_waits_hears_it_when_the_last_seat_is_gone(seats: Seats) -> None:
    lines = LastSeats(lambda: MOST)
    tasks = await ask(lines, seats, 3 + 2 * last_seats.AT_ONCE)

    heard(seats, 0)
    found = await asyncio.gather(*tasks)

    assert found == [True] * 3 + [False] * 2 * last_seats.AT_ONCE


async def test_who_waits_goes_on_in_order_when_one_before_got_no_seat(seats: Seats) -> None:
    lines = LastSeats(lambda: MOST)
    tasks = await ask(lines, seats, 5)

    lines.leave(seats)
    await asyncio.wait({tasks[3]}, timeout=5)

    assert begun(tasks) == [True, True, True, True, None]
    heard(seats, 0)
    await asyncio.gather(*tasks)


async def test_a_place_is_free_only_when_the_memory_surely_knows_of_the_seat_it_took(
    seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_seats, "LEARN_S", 30)
    seats.remaining = 1
    lines = LastSeats(lambda: MOST)
    first, second = await ask(lines, seats, 2)

    lines.leave(seats)
    await asyncio.sleep(0.01)
    heard(seats, 0)

    assert await asyncio.gather(first, second) == [True, False]


async def test_a_seat_that_is_freed_lets_one_more_on(seats: Seats) -> None:
    lines = LastSeats(lambda: MOST)
    tasks = await ask(lines, seats, 4)

    heard(seats, 4)
    await asyncio.gather(*tasks)

    assert begun(tasks) == [True] * 4


async def test_one_slot_takes_no_more_than_its_share_of_what_may_be_under_way(
    seats: Seats,
) -> None:
    seats.remaining = 150
    tasks = await ask(LastSeats(lambda: MOST), seats, 60)

    assert begun(tasks).count(True) == MOST * last_seats.SHARE
    heard(seats, 0)
    await asyncio.gather(*tasks)


async def test_where_seats_are_plenty_nobody_waits(seats: Seats) -> None:
    seats.remaining = last_seats.SOON * MOST + 1
    tasks = await ask(LastSeats(lambda: MOST), seats, 2 * MOST)

    assert all(begun(tasks))


async def test_who_waited_for_long_goes_on_and_is_counted_once(
    seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_seats, "PATIENCE_S", 0.01)
    lines = LastSeats(lambda: MOST)
    tasks = await ask(lines, seats, 4)

    assert await asyncio.gather(*tasks) == [True] * 4
    for _ in tasks:
        lines.leave(seats)
    await asyncio.sleep(0.01)
    assert seats.offer.wakes == []


async def test_more_than_can_be_kept_in_mind_do_not_wait(
    seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_seats, "MOST", 2)
    tasks = await ask(LastSeats(lambda: MOST), seats, 6)

    assert begun(tasks) == [True, True, True, None, None, True]
    heard(seats, 0)
    await asyncio.gather(*tasks)


async def test_who_is_cut_off_while_waiting_takes_no_place(seats: Seats) -> None:
    lines = LastSeats(lambda: MOST)
    tasks = await ask(lines, seats, 5)
    tasks[3].cancel()
    await asyncio.gather(tasks[3], return_exceptions=True)

    lines.leave(seats)
    await asyncio.wait_for(tasks[4], 5)

    for _ in range(3):
        lines.leave(seats)
    await asyncio.sleep(0.01)
    assert seats.offer.wakes == []
