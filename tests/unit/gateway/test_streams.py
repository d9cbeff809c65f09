import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway import streams
from services.gateway.availability import Board, Calendar, Place, describe
from services.gateway.memory import Memory
from services.gateway.streams import Page, Shown, Watch
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
    assert shown.turns_in_s(NOON + timedelta(minutes=59)) < 61
    assert not shown.holds(board, NOON + timedelta(hours=1))
    assert not shown.holds(Board(Calendar({}, frozenset()), offer, NOON), NOON)
    memory.learn(uuid4(), 2, 9, 8)
    assert shown.holds(board, NOON)
    offer.changed()
    assert not shown.holds(board, NOON)


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
    catalogue: Any = None
    line: Any = Line()
    watch = Watch(catalogue, PADANG, "passport", (DAY, DAY))
    watch.pages.add(Page(line))

    watch._tell(b"")
    watch._tell(b"")
    at_once = line.is_cut
    monkeypatch.setattr(streams, "TICK_S", 0.0)
    watch._tell(b"")

    assert (at_once, line.is_cut) == (False, True)
    assert [page.chunks.qsize() for page in watch.pages] == [1]
