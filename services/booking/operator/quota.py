"""Opens, cuts, closes and reopens quota, each act in one transaction with its events and audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from services.booking import writing
from services.booking.desk import Changes, Happened, at
from services.booking.operator import store
from services.booking.operator.plan import (
    Change,
    Closure,
    Plan,
    PlanError,
    local_moment,
    preview,
    queue_letter,
)
from services.booking.store import read_clock
from shared.db import Db, Row
from shared.messages import EventType, SlotRef

CHANGING = {"new", "raise", "cut", "move"}


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening did, or would do."""

    changes: Sequence[Change]
    done: bool

    @property
    def refused(self) -> list[Change]:
        """List the cuts that were refused."""
        return [change for change in self.changes if change.what == "refused"]


async def open_quota(db: Db, plan: Plan, who: str, *, dry: bool, partial: bool) -> Opened:
    """Make the plan true, in the caller's transaction; all or nothing unless `partial`."""
    office = await store.lock_office(db, plan.office)
    if office is None:
        raise PlanError(f"there is no office {plan.office!r}; `offices list` names them")
    ordinal = await store.find_ordinal(db, plan.office, plan.service)
    if ordinal is None:
        offered = ", ".join(await store.find_services(db, plan.office)) or "nothing"
        raise PlanError(f"{plan.office} does not offer {plan.service!r}; it offers {offered}")
    refs = [
        SlotRef(office=plan.office, service=plan.service, date=day, session=session)
        for day in plan.days
        for session in plan.seats
    ]
    found = await store.lock_slots(db, [ref.slot_id for ref in refs])
    existing = {key: slot for key, (slot, _) in found.items()}
    changes = preview(plan, existing, await store.find_closures(db, plan.office))
    opened = Opened(changes, done=not dry and (partial or not _refused(changes)))
    if opened.done:
        await _apply(db, plan, office, ordinal, changes)
        opens_at = plan.opens_at.isoformat() if plan.opens_at else None
        act = {"office": plan.office, "service": plan.service, "opens_at": opens_at}
        done = [_shown(c) for c in changes if c.what in CHANGING]
        await store.add_audit(db, who, "quota.open", act | {"slots": done})
    return opened


async def close_quota(db: Db, closure: Closure, reason: str, who: str) -> tuple[int, int]:
    """Close a day or a session; returns how many slots closed and how many people are affected."""
    await store.lock_office(db, closure.office)
    await store.lock_day(db, closure.office, closure.date)
    await store.add_closure(db, closure, reason)
    rows = await store.heed_closures(db, closure.office, closure.date)
    await _tell(db, rows, EventType.SLOT_CLOSED)
    await store.add_audit(db, who, "quota.close", closure.shown | {"reason": reason})
    return len(rows), await store.count_booked(db, closure)


async def reopen_quota(db: Db, closure: Closure, who: str) -> int:
    """Take a closure back; returns how many slots opened again."""
    await store.lock_office(db, closure.office)
    await store.lock_day(db, closure.office, closure.date)
    await store.drop_closures(db, closure)
    rows = await store.heed_closures(db, closure.office, closure.date)
    await _tell(db, rows, EventType.SLOT_CHANGED)
    await store.add_audit(db, who, "quota.reopen", closure.shown)
    return len(rows)


def _refused(changes: Sequence[Change]) -> bool:
    return any(change.what == "refused" for change in changes)


async def _apply(db: Db, plan: Plan, office: Row, ordinal: int, changes: Sequence[Change]) -> None:
    hours = await store.find_hours(db, plan.office)
    now = await read_clock(db)
    opened, changed = [], []
    for change in changes:
        if change.what == "new":
            values = _values(change, office, hours, ordinal)
            values["opens_at"] = plan.opens_at or now
            opened.append(await store.insert_slot(db, change.ref, values))
        elif change.what in CHANGING:
            changed.append(await store.resize_slot(db, change, plan.opens_at))
    await _tell(db, opened, EventType.SLOT_OPENED)
    await _tell(db, changed, EventType.SLOT_CHANGED)


def _shown(change: Change) -> dict[str, Any]:
    seats = {"before": change.before, "after": change.after}
    return {"slot": change.ref.key, "what": change.what} | seats


def _values(change: Change, office: Row, hours: dict[str, Row], ordinal: int) -> dict[str, Any]:
    session, day, timezone = change.ref.session, change.ref.date, office["timezone"]
    if session.value not in hours:
        raise PlanError(f"{office['id']} has no hours for the {session.value} session")
    starts, ends = hours[session.value]["starts"], hours[session.value]["ends"]
    return {
        "starts": starts,
        "ends": ends,
        "starts_at": local_moment(day, starts, timezone),
        "ends_at": local_moment(day, ends, timezone),
        "window_minutes": office["window_minutes"],
        "queue_letter": queue_letter(ordinal, session),
        "capacity": change.after,
    }


async def _tell(db: Db, rows: Sequence[Row], kind: EventType) -> None:
    events = [_event(row, kind) for row in rows]
    await writing.write(db, Changes(events=events), [], await read_clock(db))


def _event(row: Row, kind: EventType) -> Happened:
    ref = store.ref_of(row)
    seats = {name: row[name] for name in ("capacity", "remaining", "opens_at")}
    data = at(ref) | seats
    return Happened(uuid4(), kind, ref.slot_id, row["seq"], ref.key, data)
