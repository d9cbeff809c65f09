"""What a batch reads: one function, one statement, over arrays."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking.rules import Claim, Office, Slot
from shared.db import Db, Row
from shared.messages import Alternative, SlotRef

SWEEP_LOCK = 7_236_002
OWNER_LOCK = 7_236_005


# Each key is looked up on its own (OFFSET 0 keeps the planner from joining otherwise): for one key
# its index is the cheapest way whatever is believed of the table, for hundreds of them a walk
# through all active claims looked cheaper where there were no statistics yet.
LOOK_UP = """
    SELECT found.* FROM unnest($1::uuid[]) AS wanted (id), LATERAL (
        SELECT c.id, c.fingerprint, c.outcome::text FROM booking.command c
         WHERE c.id = wanted.id AND c.state = 'decided' OFFSET 0) AS found
    UNION ALL
    SELECT late.id, NULL, NULL FROM (
        SELECT * FROM booking.hold
         WHERE state = 'held' AND expires_at <= statement_timestamp() OFFSET 0) AS late
     WHERE late.person_key = ANY ($2::bytea[]) OR late.nik_key = ANY ($3::bytea[])
        OR late.owner_key = ANY ($4::bytea[])
"""
FIND_ACTIVE = """
    SELECT found.*, NULL::bigint AS active FROM unnest($1::bytea[]) AS wanted (key), LATERAL (
        SELECT h.id, h.service_id, h.person_key AS key FROM booking.hold h
         WHERE h.person_key = wanted.key AND h.state IN ('held', 'confirmed') OFFSET 0) AS found
    UNION ALL
    SELECT found.*, NULL FROM unnest($2::bytea[]) AS wanted (key), LATERAL (
        SELECT h.id, h.service_id, h.nik_key FROM booking.hold h
         WHERE h.nik_key = wanted.key AND h.state IN ('held', 'confirmed') OFFSET 0) AS found
    UNION ALL
    SELECT NULL, NULL, wanted.key, found.active FROM unnest($3::bytea[]) AS wanted (key), LATERAL (
        SELECT count(*) AS active FROM booking.hold h
         WHERE h.owner_key = wanted.key AND h.state IN ('held', 'confirmed')) AS found
     WHERE found.active > 0
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a batch asks for: commands by id, applicants by either key, and owners."""

    commands: Collection[UUID]
    persons: Collection[bytes]
    niks: Collection[bytes]
    owners: Collection[bytes]


async def look_up(db: Db, asking: Asking) -> tuple[dict[UUID, tuple[bytes, str]], set[UUID]]:
    """Find the commands decided before, and the holds in the way that are past their time.

    Of a command its fingerprint and its stored outcome as JSON. Few holds are past their time at
    any moment, for the sweeper goes round: they are looked for by their time, which an index
    knows, and not by hundreds of keys.
    """
    rows = await db.fetch(
        LOOK_UP,
        list(asking.commands),
        list(asking.persons),
        list(asking.niks),
        list(asking.owners),
    )
    known = {r["id"]: (r["fingerprint"], r["outcome"]) for r in rows if r["fingerprint"]}
    return known, {row["id"] for row in rows if not row["fingerprint"]}


async def find_slot_ids(db: Db, holds: Collection[UUID], codes: Collection[str]) -> set[UUID]:
    """Find which slots these holds and bookings stand on."""
    rows = await db.fetch(
        """
        SELECT slot_id FROM booking.hold WHERE id = ANY ($1::uuid[])
        UNION
        SELECT found.slot_id FROM unnest($2::text[]) AS wanted (code), LATERAL (
            SELECT h.slot_id FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
             WHERE b.code = wanted.code OFFSET 0) AS found
        """,
        list(holds),
        list(codes),
    )
    return {row["slot_id"] for row in rows}


async def lock_slots(db: Db, ids: Collection[UUID]) -> dict[UUID, Slot]:
    """Lock the slots in the order of their ids, so that two batches cannot deadlock on them."""
    rows = await db.fetch(
        """
        SELECT s.*, o.timezone, o.hold_minutes, o.extend_minutes, o.phone_cap, o.code_tries,
               o.reschedule_days_before, o.reschedule_limit, o.release_after_min_s,
               o.release_after_max_s
          FROM booking.slot s JOIN booking.office o ON o.id = s.office_id
         WHERE s.id = ANY ($1::uuid[]) ORDER BY s.id FOR UPDATE OF s
        """,
        list(ids),
    )
    return {row["id"]: _slot(row) for row in rows}


async def lock_owners(db: Db, owners: Collection[bytes]) -> datetime:
    """Let batches that ask for one phone take turns, so that its cap holds between them.

    After the slots and in one order, so that nobody waits in a circle. Returns the database's
    clock after all locks, as `read_clock` does.
    """
    now: datetime = await db.fetchval(
        """
        WITH locked AS MATERIALIZED (
            SELECT count(pg_advisory_xact_lock($1, key)) AS number FROM unnest($2::int[]) AS key
        )
        SELECT clock_timestamp() FROM locked
        """,
        OWNER_LOCK,
        sorted({int.from_bytes(owner[:4], signed=True) for owner in owners}),
    )
    return now


async def read_clock(db: Db) -> datetime:
    """Read the database's clock; the transaction's own time may lie before a wait for locks."""
    now: datetime = await db.fetchval("SELECT clock_timestamp()")
    return now


async def is_parked(db: Db, command_id: UUID) -> bool:
    """Whether a command was put aside, and nobody has decided it since."""
    sql = "SELECT true FROM booking.command WHERE id = $1 AND state = 'parked'"
    return bool(await db.fetchval(sql, command_id))


async def find_claims(db: Db, holds: Collection[UUID], codes: Collection[str]) -> list[Claim]:
    """Read holds by id and bookings by code.

    Each is looked up on its own, as by `LOOK_UP`: slots are locked meanwhile.
    """
    rows = await db.fetch(
        """
        WITH wanted AS MATERIALIZED (
            SELECT id FROM unnest($1::uuid[]) AS wanted (id)
            UNION
            SELECT found.hold_id FROM unnest($2::text[]) AS wanted (code), LATERAL (
                SELECT hold_id FROM booking.booking b WHERE b.code = wanted.code OFFSET 0) AS found
        )
        SELECT found.* FROM wanted, LATERAL (
            SELECT h.*, b.code, b.service_hour, b.queue_number
              FROM booking.hold h LEFT JOIN booking.booking b ON b.hold_id = h.id
             WHERE h.id = wanted.id OFFSET 0) AS found
        """,
        list(holds),
        list(codes),
    )
    return [_claim(row) for row in rows]


async def find_active(
    db: Db, asking: Asking
) -> tuple[dict[tuple[str, bytes], UUID], Counter[bytes]]:
    """Find the active claims of applicants, by (service, either key), and count those of owners."""
    rows = await db.fetch(
        FIND_ACTIVE,
        list(asking.persons),
        list(asking.niks),
        list(asking.owners),
    )
    persons = {(row["service_id"], row["key"]): row["id"] for row in rows if row["id"]}
    return persons, Counter({row["key"]: row["active"] for row in rows if not row["id"]})


async def find_services(db: Db, offices: Collection[str]) -> dict[str, frozenset[str]]:
    """Say which services these offices offer; an office that does not exist is missing."""
    rows = await db.fetch(
        """
        SELECT o.id, array_remove(array_agg(s.service_id), NULL) AS services
          FROM booking.office o LEFT JOIN booking.office_service s ON s.office_id = o.id
         WHERE o.id = ANY ($1::text[]) GROUP BY o.id
        """,
        list(offices),
    )
    return {row["id"]: frozenset(row["services"]) for row in rows}


async def find_closed(db: Db, refs: Sequence[SlotRef]) -> frozenset[str]:
    """Say which of these dates and sessions a closure covers, by the slots' keys."""
    rows = await db.fetch(
        """
        SELECT office_id, date, session FROM booking.closure
         WHERE office_id = ANY ($1::text[]) AND date = ANY ($2::date[])
        """,
        [ref.office for ref in refs],
        [ref.date for ref in refs],
    )
    closed = {(row["office_id"], row["date"], row["session"]) for row in rows}
    return frozenset(
        ref.key
        for ref in refs
        if {(ref.office, ref.date, None), (ref.office, ref.date, ref.session.value)} & closed
    )


async def find_alternatives(db: Db, office: str, service: str) -> tuple[Alternative, ...]:
    """Find where there still is quota: this office on other days, and its nearest neighbours."""
    rows = await db.fetch("SELECT * FROM booking_api.alternatives($1, $2, 3)", office, service)
    return tuple(Alternative.model_validate(dict(row)) for row in rows)


async def find_due(db: Db, limit: int) -> tuple[list[UUID], list[Row]]:
    """Find holds past their time, and withheld seats whose time has come."""
    holds = await db.fetch(
        """
        SELECT id FROM booking.hold WHERE state = 'held' AND expires_at <= now()
         ORDER BY expires_at LIMIT $1
        """,
        limit,
    )
    seats = await db.fetch(
        """
        DELETE FROM booking.withheld WHERE hold_id = ANY (ARRAY (
            SELECT hold_id FROM booking.withheld WHERE release_at <= now()
             ORDER BY release_at LIMIT $1))
        RETURNING slot_id, seat
        """,
        limit,
    )
    return [row["id"] for row in holds], seats


async def end_visits(db: Db, limit: int) -> int:
    """Let bookings rest whose session is over: their person may book again."""
    rows = await db.fetch(
        """
        UPDATE booking.hold SET state = 'visited', ended_at = now() WHERE id = ANY (ARRAY (
            SELECT found.id FROM booking.slot s, LATERAL (
                SELECT h.id FROM booking.hold h
                 WHERE h.slot_id = s.id AND h.state = 'confirmed' LIMIT $1) AS found
             WHERE s.ends_at <= now() LIMIT $1))
        RETURNING id
        """,
        limit,
    )
    return len(rows)


async def is_only_sweeper(db: Db) -> bool:
    """Take the sweepers' lock for this transaction, if no other worker has it."""
    mine: bool = await db.fetchval("SELECT pg_try_advisory_xact_lock($1)", SWEEP_LOCK)
    return mine


def _slot(row: Row) -> Slot:
    office = Office(
        id=row["office_id"],
        **_pick(row, ("timezone", "hold_minutes", "extend_minutes", "phone_cap", "code_tries")),
        **_pick(row, ("reschedule_days_before", "reschedule_limit")),
        **_pick(row, ("release_after_min_s", "release_after_max_s")),
    )
    ref = SlotRef(
        office=row["office_id"],
        service=row["service_id"],
        date=row["date"],
        session=row["session"],
    )
    return Slot(
        ref=ref,
        office=office,
        **_pick(row, ("id", "starts", "ends", "starts_at", "ends_at", "opens_at", "closes_at")),
        **_pick(row, ("window_minutes", "queue_letter", "capacity", "remaining", "withheld")),
        **_pick(row, ("next_seat", "free_seats", "closed", "seq")),
    )


def _claim(row: Row) -> Claim:
    return Claim(
        service=row["service_id"],
        owner=row["owner_key"],
        **_pick(row, ("id", "slot_id", "seat", "state", "person_key", "nik_key", "person")),
        **_pick(row, ("channel", "wrong_tries", "reschedules", "held_at", "expires_at")),
        **_pick(row, ("extended", "ended_at", "code", "service_hour", "queue_number")),
    )


def _pick(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}
