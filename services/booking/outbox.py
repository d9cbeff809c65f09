"""Booking's outbox: events as CloudEvents, numbered without a gap before they are published."""

from collections.abc import Sequence
from operator import itemgetter

from services.booking import metrics
from shared.broker import DIRECT, EVENTS, NOTIFIER_QUEUE
from shared.db import Db, Row
from shared.messages import Event, EventBody, EventType, event_name, is_told
from shared.relay import Outgoing

RELAY_LOCK = 7_236_003
NO_OFFICE = "-"
TOGETHER = 50  # events of one message to the notifier, which stores about as many at once


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
        """Read the oldest events that have a position and were not published.

        Those of which somebody is to be told stand in front, many in one message: the notifier
        needs few of all events, and a message costs it and the broker far more than an event.
        """
        rows = await db.fetch(
            """
            SELECT * FROM booking.event_log WHERE position > (SELECT published FROM booking.relay)
             ORDER BY position LIMIT $1
            """,
            limit,
        )
        metrics.OUTBOX.set(await self._count(db))
        events = [_event(row) for row in rows]
        every = [_outgoing(*pair) for pair in zip(rows, events, strict=True)]
        told = [one.body for one, event in zip(every, events, strict=True) if is_told(event)]
        return [*_bundles(told, every[0].row - 1), *every] if told else every

    async def forget(self, db: Db, sent: Sequence[Outgoing]) -> None:
        """Remember how far the broker has them."""
        await db.execute("UPDATE booking.relay SET published = $1", sent[-1].row)

    async def _count(self, db: Db) -> int:
        """Count what waits: at most, for ids of the outbox may have gaps.

        Without a parameter it would be planned once, while the outbox is empty, to scan it.
        """
        number: int = await db.fetchval(
            """
            SELECT position - published + coalesce(
                   (SELECT id + 1 FROM booking.outbox ORDER BY id DESC LIMIT $1)
                   - (SELECT id FROM booking.outbox ORDER BY id LIMIT $1), 0)
              FROM booking.relay
            """,
            1,
        )
        return number


def _event(row: Row) -> Event:
    return Event(
        id=row["id"],
        type=event_name(EventType(row["type"])),
        subject=row["subject"],
        time=row["occurred_at"],
        partitionkey=str(row["slot_id"]) if row["slot_id"] else None,
        slotsequence=row["slotsequence"],
        sequence=f"{row['position']:020d}",
        data=EventBody.model_validate(row["data"]),
    )


def _outgoing(row: Row, event: Event) -> Outgoing:
    key = f"{row['type']}.{row['office_id'] or NO_OFFICE}"
    body = event.model_dump_json(exclude_none=True).encode()
    return Outgoing(row["position"], EVENTS, key, body)


def _bundles(bodies: Sequence[bytes], row: int) -> list[Outgoing]:
    """Write CloudEvents in batches, as a JSON array each; `row` is the place before them all."""
    parts = [bodies[at : at + TOGETHER] for at in range(0, len(bodies), TOGETHER)]
    return [Outgoing(row, DIRECT, NOTIFIER_QUEUE, b"[" + b",".join(p) + b"]") for p in parts]
