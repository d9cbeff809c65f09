import asyncio
import contextlib
import re
import time as clock
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway import availability, streams
from services.gateway.availability import Board, Calendar, Place, describe
from services.gateway.catalogue import Catalogue
from services.gateway.memory import Memory
from services.gateway.pace import Pace
from services.gateway.problems import ProblemError
from services.gateway.shown import Shown
from services.gateway.streams import Page, Streams
from shared.messages import Session, SlotRef

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
DAY = date(2027, 1, 11)
PADANG = Place("padang", "Padang", "Padang", "", "", "Asia/Jakarta", None, None, "", ("passport",))
HOURS = {Session.MORNING: (time(8), time(12)), Session.AFTERNOON: (time(13), time(16))}
EVENT = re.compile(r"event: (\w+)\n(?:id: (\w+)\n)?data: (.*)\n\n")


def row(session: Session, **more: Any) -> dict[str, Any]:
    ref = SlotRef(office="padang", service="passport", date=DAY, session=session)
    values: dict[str, Any] = {
        "id": ref.slot_id, "office_id": "padang", "service_id": "passport", "date": DAY,
        "session": session.value, "starts": time(8), "ends": time(12), "opens_at": NOON,
        "closes_at": NOON + timedelta(hours=1), "capacity": 9, "remaining": 9, "closed": False,
        "seq": 1,
    }  # fmt: skip
    return values | more


def show(memory: Memory, calendar: Calendar, now: datetime = NOON) -> Shown:
    board = Board(calendar, memory.offer("padang", "passport"), now)
    return Shown(board, describe(PADANG, "passport", board, (DAY, DAY), now), now)


def told(news: bytes) -> list[tuple[str, str]]:
    return [(kind, number) for kind, number, _ in EVENT.findall(news.decode())]


def test_of_what_changed_together_only_the_last_has_the_id() -> None:
    memory, calendar = Memory(), Calendar(HOURS, frozenset())
    memory.load([row(session) for session in HOURS])
    before = show(memory, calendar)
    memory.load([row(session, seq=2, remaining=8) for session in HOURS])

    after = show(memory, calendar)

    assert told(after.news(before)) == [("slot", ""), ("slot", after.id)]
    assert after.id != before.id


def test_where_the_half_days_are_others_all_is_sent() -> None:
    memory = Memory()
    memory.load([row(Session.MORNING)])
    before = show(memory, Calendar(HOURS, frozenset()))

    after = show(memory, Calendar({Session.MORNING: HOURS[Session.MORNING]}, frozenset()))

    assert told(after.news(before)) == [("availability", after.id)]


def test_what_is_shown_holds_until_a_slot_changes_or_time_does() -> None:
    memory, calendar = Memory(), Calendar(HOURS, frozenset())
    memory.load([row(Session.MORNING)])
    offer = memory.offer("padang", "passport")
    shown = show(memory, calendar)
    board = Board(calendar, offer, NOON)

    assert shown.holds(board, NOON)
    assert shown.turns_in_s(NOON + timedelta(minutes=59), 99) < 61
    assert not shown.holds(board, NOON + timedelta(hours=1))
    assert not shown.holds(Board(Calendar({}, frozenset()), offer, NOON), NOON)
    memory.learn(uuid4(), 2, 9, 8)
    assert shown.holds(board, NOON)
    offer.changed()
    assert not shown.holds(board, NOON)


class Shelf(Catalogue):
    """A catalogue with nothing but a memory."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.memory.load([row(session) for session in HOURS])
        self.calendar = Calendar(HOURS, frozenset())

    async def board(self, place: Place, service: str) -> Board:
        return Board(self.calendar, self.memory.offer(place.id, service), datetime.now(UTC))


class Line:
    """A request whose connection is there, until it is cut."""

    def __init__(self) -> None:
        self.transport, self.is_cut, self.headers = self, False, dict[str, str]()

    def is_closing(self) -> bool:
        return self.is_cut

    def abort(self) -> None:
        self.is_cut = True


def test_a_page_past_its_life_that_does_not_go_is_cut_off_at_the_second_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "LIFE_S", (-1.0, -1.0))
    line: Any = Line()
    watch = streams.Watch(Shelf(), Pace(), PADANG, "passport", (DAY, DAY))
    watch.pages.add(Page(line))

    watch._tell(b"")
    watch._tell(b"")
    at_once = line.is_cut
    monkeypatch.setattr(streams, "TICK_S", 0.0)
    watch._tell(b"")

    assert (at_once, line.is_cut) == (False, True)
    assert [page.chunks.qsize() for page in watch.pages] == [1]


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[date, date]]:
    """Count how often each span is described, and let it take two milliseconds."""
    found: Counter[tuple[date, date]] = Counter()

    def describe_slowly(place: Place, service: str, board: Board, span: Any, now: datetime) -> Any:
        found[span] += 1
        until = clock.thread_time() + 0.002
        while clock.thread_time() < until:
            pass
        return describe(place, service, board, (DAY, DAY), now)

    monkeypatch.setattr(availability, "describe", describe_slowly)
    return found


@contextlib.asynccontextmanager
async def many_pages(shelf: Shelf, count: int) -> AsyncIterator[Streams]:
    """Open pages that show one office, each other days."""
    kept = Streams(shelf, count)
    async with contextlib.AsyncExitStack() as until:
        for number in range(count):
            span = (DAY - timedelta(days=number), DAY)
            line: Any = Line()
            await until.enter_async_context(kept.page(line, PADANG, "passport", span))
        yield kept
    async with asyncio.timeout(5):
        while kept._watches:
            await asyncio.sleep(0.01)


async def change_on(shelf: Shelf) -> None:
    """Change what is offered without a break."""
    offer = shelf.memory.offer("padang", "passport")
    while True:
        offer.changed()
        await asyncio.sleep(0.005)


async def test_many_spans_of_a_hot_office_are_described_together_so_much_a_second(
    described: Counter[tuple[date, date]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SPANS", 200)
    shelf = Shelf()

    async with many_pages(shelf, 100):
        described.clear()
        changing = asyncio.create_task(change_on(shelf))
        await asyncio.sleep(2)
        changing.cancel()

    assert described.total() * 0.002 < 2 * 0.3
    assert len(described) == 100  # nobody waits for longer than the others
    assert max(described.values()) - min(described.values()) <= 1


async def test_a_span_that_changes_elsewhere_is_described_five_times_a_second_at_most(
    described: Counter[tuple[date, date]],
) -> None:
    shelf = Shelf()

    async with many_pages(shelf, 1):
        described.clear()
        changing = asyncio.create_task(change_on(shelf))
        await asyncio.sleep(1.1)
        changing.cancel()

    assert 3 <= described.total() <= 6


async def test_one_span_too_many_of_an_office_is_sent_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "SPANS", 3)
    shelf = Shelf()
    line: Any = Line()

    async with many_pages(shelf, 3) as kept:
        kept._most = 9
        with pytest.raises(ProblemError) as refused:
            async with kept.page(line, PADANG, "other", (DAY, DAY)):
                pass
        count = kept.count
        async with kept.page(line, PADANG, "passport", (DAY, DAY)):
            shared = kept.count
        async with kept.page(line, replace(PADANG, id="medan"), "passport", (DAY, DAY)):
            elsewhere = kept.count

    assert (refused.value.status, refused.value.code) == (503, "overloaded")
    assert (count, shared, elsewhere) == (3, 4, 4)
