"""What a batch writes: one function, one statement a table, over arrays."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from pydantic_core import to_json

from services.booking.desk import Changes, Happened, Withheld
from services.booking.rules import Claim, Slot
from shared.db import Db, columns

CLAIM_FIELDS = attrgetter(
    *("id", "slot_id", "service", "seat", "state", "owner", "person_key", "nik_key", "person"),
    *("channel", "wrong_tries", "reschedules", "held_at", "expires_at", "ended_at", "extended"),
)
STATE_FIELDS = attrgetter("id", "state", "wrong_tries", "ended_at", "expires_at", "extended")
SLOT_FIELDS = attrgetter("id", "remaining", "withheld", "next_seat")
EVENT_FIELDS = attrgetter("id", "type.value", "slot_id", "seq", "subject")


@dataclass(frozen=True, slots=True)
class Decided:
    """A command and its outcome as they are stored; `contact` is sealed, for chat alone.

    `label` says in a word what came of it, for counting.
    """

    id: UUID
    kind: str
    owner: bytes
    fingerprint: bytes
    label: str
    outcome: str
    contact: bytes | None
    state: str = "decided"


class RivalError(Exception):
    """Another worker decided or moved the same thing meanwhile; the batch is decided again."""


class Writes:
    """Writes one portion of a batch while the next is being decided.

    Postgres and Python each take about as long: done in turns, a batch would take twice the time.
    """

    def __init__(self, db: Db) -> None:
        self._db = db
        self._task: asyncio.Task[None] | None = None

    async def begin(self, changes: Changes, decided: Sequence[Decided], now: datetime) -> None:
        """Begin to write a portion, once the one before is written; raises what befell that."""
        await self.end()
        self._task = asyncio.create_task(write(self._db, changes, decided, now))
        await asyncio.sleep(0)  # the statement goes out before the caller goes on

    async def end(self) -> None:
        """Wait until all is written."""
        task, self._task = self._task, None
        if task is not None:
            await task


async def write(db: Db, changes: Changes, decided: Sequence[Decided], now: datetime) -> None:
    """Write what a portion of a batch changed.

    What ended is written before what began, so that a person who cancels and books anew in one
    batch meets no index.
    """
    added = {claim.id for claim in changes.added}
    await _write_claim_states(db, [c for c in changes.altered.values() if c.id not in added])
    await write_new(db, changes.added, decided, (changes.events, now))
    await _write_bookings(db, changes.booked.values())
    await _write_withheld(db, changes.withheld)


async def write_slots(db: Db, slots: Collection[Slot]) -> None:
    """Write the counters of the slots of which there is something to tell: no others changed."""
    told = [slot for slot in slots if slot.seq != slot.written]
    if not told:
        return
    # free_seats goes as text, because unnest would flatten an array of arrays.
    rows = ((*SLOT_FIELDS(slot), _array(slot.free_seats), slot.seq) for slot in told)
    await db.execute(
        """
        UPDATE booking.slot s SET remaining = new.remaining, withheld = new.withheld,
               next_seat = new.next_seat, free_seats = new.free_seats::int[], seq = new.seq
          FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::bigint[])
               AS new (id, remaining, withheld, next_seat, free_seats, seq)
         WHERE s.id = ANY ($1::uuid[]) AND s.id = new.id
        """,
        *columns(rows, 6),
    )


async def _write_claim_states(db: Db, claims: Sequence[Claim]) -> None:
    if not claims:
        return
    await db.execute(
        """
        UPDATE booking.hold h
           SET state = new.state, wrong_tries = new.wrong_tries, ended_at = new.ended_at,
               expires_at = new.expires_at, extended = new.extended
          FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::timestamptz[],
                      $5::timestamptz[], $6::bool[])
               AS new (id, state, wrong_tries, ended_at, expires_at, extended)
         WHERE h.id = ANY ($1::uuid[]) AND h.id = new.id
        """,
        *columns(map(STATE_FIELDS, claims), 6),
    )


async def write_new(
    db: Db,
    claims: Sequence[Claim],
    decided: Sequence[Decided],
    said: tuple[Sequence[Happened], datetime],
) -> None:
    """Write claims, outcomes and events by one statement, while their slots are locked.

    Events go to the log and to the outbox, in one order. A command that was parked may be decided
    after all; raises RivalError when a twin of a command was decided meanwhile. Claims and
    commands go in the order of their keys, so that two batches that meet in an index cannot wait
    for each other.
    """
    events, now = said
    if not claims and not decided and not events:
        return
    claim_rows = (CLAIM_FIELDS(claim) for claim in sorted(claims, key=attrgetter("person_key")))
    outcome_rows = (
        (d.id, d.kind, d.owner, d.fingerprint, d.state, d.outcome, d.contact)
        for d in sorted(decided, key=attrgetter("id.int"))
    )
    event_rows = (
        (*EVENT_FIELDS(e), e.data.get("office"), to_json(e.data, exclude_none=True).decode())
        for e in events
    )
    written = await db.fetchval(
        NEW, *columns(claim_rows, 16), *columns(outcome_rows, 7), *columns(event_rows, 7), now
    )
    if written < len(decided):
        raise RivalError


NEW = """
    WITH claim AS (
        INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key,
            nik_key, person, channel, wrong_tries, reschedules, held_at, expires_at, ended_at,
            extended)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::bytea[],
            $7::bytea[], $8::bytea[], $9::bytea[], $10::text[], $11::smallint[], $12::smallint[],
            $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::bool[])
    ), outcome AS (
        INSERT INTO booking.command (id, kind, owner_key, fingerprint, state, outcome, contact)
        SELECT id, kind, owner_key, fingerprint, state, outcome::jsonb, contact
          FROM unnest($17::uuid[], $18::text[], $19::bytea[], $20::bytea[], $21::text[],
                      $22::text[], $23::bytea[])
               AS new (id, kind, owner_key, fingerprint, state, outcome, contact)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, outcome = excluded.outcome,
            kind = excluded.kind, owner_key = excluded.owner_key,
            fingerprint = excluded.fingerprint, contact = excluded.contact,
            decided_at = clock_timestamp()
         WHERE booking.command.state = 'parked'
        RETURNING 1
    ), new AS MATERIALIZED (
        SELECT * FROM unnest($24::uuid[], $25::text[], $26::uuid[], $27::bigint[], $28::text[],
                             $29::text[], $30::text[]) WITH ORDINALITY
                 AS new (id, type, slot_id, slotsequence, subject, office_id, data, place)
    ), logged AS (
        INSERT INTO booking.event_log
               (id, type, slot_id, slotsequence, subject, office_id, data, occurred_at)
        SELECT id, type, slot_id, slotsequence, subject, office_id, data::jsonb, $31 FROM new
    ), told AS (
        INSERT INTO booking.outbox (event_id) SELECT id FROM new ORDER BY place
    )
    SELECT count(*) FROM outcome
"""


async def _write_bookings(db: Db, claims: Iterable[Claim]) -> None:
    rows = [(c.code, c.id, c.service_hour, c.queue_number, c.reschedules > 0) for c in claims]
    if not rows:
        return
    # Only a booking that moves may meet its own code. A new one that meets another's is a rival:
    # the batch is decided again, with another code.
    await db.execute(
        """
        WITH new AS (
            SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bool[])
                     AS new (code, hold_id, service_hour, queue_number, moves)
        ), moved AS (
            UPDATE booking.booking b SET hold_id = new.hold_id, service_hour = new.service_hour,
                   queue_number = new.queue_number
              FROM new WHERE b.code = ANY ($1::text[]) AND b.code = new.code AND new.moves
            RETURNING b.code
        )
        INSERT INTO booking.booking (code, hold_id, service_hour, queue_number, confirmed_at)
        SELECT code, hold_id, service_hour, queue_number, clock_timestamp()
          FROM new WHERE code NOT IN (SELECT code FROM moved)
        """,
        *columns(rows, 5),
    )


async def _write_withheld(db: Db, seats: Sequence[Withheld]) -> None:
    if not seats:
        return
    await db.execute(
        """
        INSERT INTO booking.withheld (hold_id, slot_id, seat, release_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[])
        """,
        *columns(((s.hold_id, s.slot_id, s.seat, s.release_at) for s in seats), 4),
    )


def _array(numbers: Sequence[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
