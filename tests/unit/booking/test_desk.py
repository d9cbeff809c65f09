import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.booking.codes import new_booking_code
from services.booking.desk import Desk, Tools
from services.booking.rules import Office, Slot
from shared.keys import Keys
from shared.messages import Session, SlotRef

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
OFFICE = Office("jakarta-pusat", "Asia/Jakarta", 10, 5, 5, 5, 1, 2, 0, 0)


def slot(session: Session) -> Slot:
    ref = SlotRef(office=OFFICE.id, service="passport", date=date(2027, 1, 18), session=session)
    values: dict[str, Any] = {
        "id": ref.slot_id, "ref": ref, "office": OFFICE, "starts": time(8), "ends": time(12),
        "starts_at": NOON, "ends_at": NOON + timedelta(hours=4),
        "opens_at": NOON, "closes_at": NOON + timedelta(days=9),
        "window_minutes": 30, "queue_letter": "A", "capacity": 16, "remaining": 16, "withheld": 0,
        "next_seat": 1, "free_seats": [], "closed": False, "seq": 7,
    }  # fmt: skip
    return Slot(**values)


def test_what_a_batch_changed_is_told_with_the_number_of_its_event() -> None:
    one, other = slot(Session.MORNING), slot(Session.AFTERNOON)
    tools = Tools(Keys.from_secret("s" * 40), new_booking_code, random.random)
    desk = Desk(tools, NOON, {one.id: one, other.id: other})
    one.take()

    desk.say_changes()
    told = desk.seats_told()

    assert told is not None
    assert [(s.slot_id, s.seq, s.remaining) for s in told.slots] == [(one.id, 8, 15)]
    assert desk.changes.events[-1].seq == 8
