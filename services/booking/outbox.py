"""Booking's outbox: events as CloudEvents, numbered without a gap as they are published."""

from collections.abc import Sequence

from services.booking import metrics
from shared.broker import EVENTS
from shared.db import Db, Row
from shared.messages import Event, EventData, EventType, event_name
from shared.relay import Outgoing

RELAY_LOCK = 7_236_003
NO_OFFICE = "-"


class EventOutbox:
    """Reads `booking.outbox`; one relay at a time has the lock, so positions have no gap."""

    lock = RELAY_LOCK

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        """Read the oldest events and give each its position, kept only if it is published."""
        rows = await db.fetch(
            """
            SELECT o.id AS row, e.*, r.position + row_number() OVER (ORDER BY o.id) AS next
              FROM booking.outbox o JOIN booking.event_log e ON e.id = o.event_id, booking.relay r
             ORDER BY o.id LIMIT $1
            """,
            limit,
        )
        metrics.OUTBOX.set(len(rows))
        return [_outgoing(row) for row in rows]

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Delete what was published and keep the positions it was published with."""
        await db.execute(
            """
            WITH gone AS (
                DELETE FROM booking.outbox WHERE id = ANY ($1::bigint[]) RETURNING id, event_id
            ), numbered AS (
                SELECT event_id, r.position + row_number() OVER (ORDER BY id) AS position
                  FROM gone, booking.relay r
            ), kept AS (
                UPDATE booking.event_log e SET position = n.position
                  FROM numbered n WHERE e.id = n.event_id
            )
            UPDATE booking.relay SET position = position + $2
            """,
            [outgoing.row for outgoing in sent],
            len(sent),
        )


def _outgoing(row: Row) -> Outgoing:
    event = Event(
        id=row["id"],
        type=event_name(EventType(row["type"])),
        subject=row["subject"],
        time=row["occurred_at"],
        partitionkey=str(row["slot_id"]) if row["slot_id"] else None,
        slotsequence=row["slotsequence"],
        sequence=f"{row['next']:020d}",
        data=EventData.model_validate(row["data"]),
    )
    key = f"{row['type']}.{row['office_id'] or NO_OFFICE}"
    return Outgoing(row["row"], EVENTS, key, event.model_dump_json(exclude_none=True).encode())
