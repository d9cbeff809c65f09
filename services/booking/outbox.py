"""Booking's outbox: events as CloudEvents, numbered without a gap before they are published."""

from collections.abc import Sequence
from operator import itemgetter

from services.booking import metrics
from shared.broker import EVENTS
from shared.db import Db, Row
from shared.messages import Event, EventBody, EventType, event_name
from shared.relay import Outgoing

RELAY_LOCK = 7_236_003
NO_OFFICE = "-"


class EventOutbox:
    """Numbers what waits in `booking.outbox`, and publishes by number.

    One relay at a time has the lock, so positions have no gap.
    """

    lock = RELAY_LOCK

    async def prepare(self, db: Db, limit: int) -> None:
        """Give the oldest events their positions: an event that is repeated keeps its own."""
        rows = await db.fetch(
            """
            DELETE FROM booking.outbox
             WHERE id = ANY (ARRAY(SELECT id FROM booking.outbox ORDER BY id LIMIT $1))
            RETURNING id, event_id
            """,
            limit,
        )
        if not rows:
            return
        last: int = await db.fetchval(
            "UPDATE booking.relay SET position = position + $1 RETURNING position", len(rows)
        )
        in_order = [row["event_id"] for row in sorted(rows, key=itemgetter("id"))]
        # By arrays, so that it is looked up by its key however few events there were at first.
        await db.execute(
            """
            UPDATE booking.event_log e SET position = new.position
              FROM unnest($1::uuid[], $2::bigint[]) AS new (id, position)
             WHERE e.id = ANY ($1::uuid[]) AND e.id = new.id
            """,
            in_order,
            list(range(last - len(rows) + 1, last + 1)),
        )

    async def take(self, db: Db, limit: int) -> list[Outgoing]:
        """Read the oldest events that have a position and were not published."""
        rows = await db.fetch(
            """
            SELECT * FROM booking.event_log WHERE position > (SELECT published FROM booking.relay)
             ORDER BY position LIMIT $1
            """,
            limit,
        )
        metrics.OUTBOX.set(await self._count(db))
        return [_outgoing(row) for row in rows]

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Remember how far the broker has them."""
        await db.execute("UPDATE booking.relay SET published = $1", sent[-1].row)

    async def _count(self, db: Db) -> int:
        """Count what waits: at most, for ids of the outbox may have gaps."""
        number: int = await db.fetchval(
            """
            SELECT position - published
                   + (SELECT coalesce(max(id) - min(id) + 1, 0) FROM booking.outbox)
              FROM booking.relay
            """
        )
        return number


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
    body = event.model_dump_json(exclude_none=True).encode()
    return Outgoing(row["position"], EVENTS, key, body)
