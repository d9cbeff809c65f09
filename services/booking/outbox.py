"""Booking's outbox: events as CloudEvents, numbered without a gap before they are published."""

from collections.abc import Sequence

from services.booking import metrics
from shared.broker import EVENTS
from shared.db import Db, Row
from shared.messages import Event, EventBody, EventType, event_name
from shared.relay import Outgoing

RELAY_LOCK = 7_236_003
NO_OFFICE = "-"


class EventOutbox:
    """Reads `booking.outbox`; one relay at a time has the lock, so positions have no gap."""

    lock = RELAY_LOCK

    async def prepare(self, db: Db, limit: int) -> None:
        """Give the oldest events their positions: an event that is repeated keeps its own."""
        await db.execute(
            """
            WITH waiting AS (
                SELECT o.event_id, row_number() OVER (ORDER BY o.id) AS place
                  FROM booking.outbox o JOIN booking.event_log e ON e.id = o.event_id
                 WHERE e.position IS NULL ORDER BY o.id LIMIT $1
            ), relay AS (
                UPDATE booking.relay SET position = position + (SELECT count(*) FROM waiting)
                RETURNING position - (SELECT count(*) FROM waiting) AS before
            )
            UPDATE booking.event_log e SET position = relay.before + waiting.place
              FROM waiting, relay WHERE e.id = waiting.event_id
            """,
            limit,
        )

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        """Read the oldest events that have a position."""
        rows = await db.fetch(
            """
            SELECT o.id AS row, e.* FROM booking.outbox o
              JOIN booking.event_log e ON e.id = o.event_id
             WHERE e.position IS NOT NULL ORDER BY e.position LIMIT $1
            """,
            limit,
        )
        metrics.OUTBOX.set(len(rows))
        return [_outgoing(row) for row in rows]

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Delete what was published."""
        ids = [outgoing.row for outgoing in sent]
        await db.execute("DELETE FROM booking.outbox WHERE id = ANY ($1::bigint[])", ids)


def _outgoing(row: Row) -> Outgoing:
    event = Event(
        id=row["id"],
        type=event_name(EventType(row["type"])),
        subject=row["subject"],
        time=row["occurred_at"],
        partitionkey=str(row["slot_id"]) if row["slot_id"] else None,
        slotsequence=row["slotsequence"],
        sequence=f"{row['position']:020d}",
        data=EventBody.model_validate(row["data"]),
    )
    key = f"{row['type']}.{row['office_id'] or NO_OFFICE}"
    return Outgoing(row["row"], EVENTS, key, event.model_dump_json(exclude_none=True).encode())
