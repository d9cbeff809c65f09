"""What the ledger must never have: each listed by one statement, under a short name.

The statements stand here alone: workers go through them while they work (`reconciling`), an
operator's `check` does, and so do the bench and the tests after every run. They only read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

LATE_S = 60  # nothing that works takes so long, whatever the load
SHOWN = 10  # ids are enough to begin to look
TAKEN = "h.state IN ('held', 'confirmed', 'visited')"
ACTIVE = "h.state IN ('held', 'confirmed')"

# What is watched: counters of the slots of today and later and of what ended a moment ago; each
# seat where something happened of late; the last positions. Else all that there ever was.
SOON = "s.ends_at > now() - interval '2 days'"
# As an array, so that their seats are looked up and not all seats gone through.
LATELY = """ARRAY(
    SELECT e.slot_id FROM booking.event_log e
     WHERE e.position > (SELECT r.position FROM booking.relay r) - 10000
     UNION
    SELECT e.slot_id FROM booking.event_log e WHERE e.position IS NULL)"""
WATCHED = {
    "slot": SOON,
    "hold": f"h.slot_id IN (SELECT s.id FROM booking.slot s WHERE {SOON})",
    "changed_slot": f"s.id = ANY ({LATELY})",
    "changed_hold": f"h.slot_id = ANY ({LATELY})",
    "first": "greatest(r.position - 100000, 0)",
}
EVERYTHING = dict.fromkeys(("slot", "hold", "changed_slot", "changed_hold"), "true")
EVERYTHING |= {"first": "0"}

# The parameter has each statement planned for the tables as they are.
LISTED = """
    SELECT count(*)::float AS number, (array_agg(id ORDER BY id))[1:$1] AS ids
      FROM ({}) AS found (id)
"""
AGED = """
    SELECT greatest(extract(epoch FROM now() - min(since)), 0)::float AS number,
           NULL::uuid[] AS ids
      FROM ({}) AS found (since) LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must not be: `sql` lists where it is, by the ids of `of`.

    It is broken where there are more than `most`. What goes through rows of all times is asked
    for only where the `whole` ledger is gone through. What `is_late` is so because nobody does the
    work, and not because it was done wrong.
    """

    name: str
    gauge: str
    sql: str
    of: str = "slots"
    form: str = LISTED
    most: float = 0
    whole: bool = False
    is_late: bool = False

    def statement(self, *, whole: bool) -> str:
        """Give the statement that counts; its one parameter says how many ids to show."""
        return self.form.format(self.sql.format(**(EVERYTHING if whole else WATCHED)))


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a check: how many, or how many seconds, and the ids of some."""

    check: Check
    number: float
    ids: tuple[UUID, ...]

    @property
    def is_broken(self) -> bool:
        """Whether this must not be."""
        return self.number > self.check.most


SEATS = f"""
    SELECT s.id FROM booking.slot s
      LEFT JOIN (SELECT h.slot_id, count(*) AS number FROM booking.hold h
                  WHERE {TAKEN} AND {{hold}} GROUP BY h.slot_id) taken ON taken.slot_id = s.id
     WHERE {{slot}}
       AND s.remaining + s.withheld + coalesce(taken.number, 0)
"""
PERSONS = f"""
    SELECT (SELECT h.slot_id FROM booking.hold h
             WHERE h.{{0}} = twice.key AND h.service_id = twice.service_id AND {ACTIVE} LIMIT 1)
      FROM (SELECT h.{{0}} AS key, h.service_id FROM booking.hold h
             WHERE {ACTIVE} AND h.{{0}} IS NOT NULL
             GROUP BY 1, 2 HAVING count(*) > 1) AS twice
"""
COUNTERS = (
    Check("slots oversold", "oversold_slots", f"{SEATS} > s.capacity OR s.remaining < 0"),
    Check("slots undersold", "undersold_slots", f"{SEATS} < s.capacity"),
    Check(
        "withheld mismatch",
        "withheld_mismatch_slots",
        """
        SELECT s.id FROM booking.slot s
          LEFT JOIN (SELECT slot_id, count(*) AS number FROM booking.withheld
                      GROUP BY slot_id) w ON w.slot_id = s.id
         WHERE s.withheld <> coalesce(w.number, 0) AND {slot}
        """,
    ),
    Check(
        "seats given twice",
        "doubled_seats",
        f"""
        SELECT h.slot_id FROM booking.hold h WHERE {TAKEN} AND {{changed_hold}}
         GROUP BY h.slot_id, h.seat HAVING count(*) > 1
        """,
    ),
    # Each number that was ever given is free, withheld or somebody's, and only one of these.
    Check(
        "seats lost or twice free",
        "mixed_up_slots",
        f"""
        SELECT s.id FROM booking.slot s LEFT JOIN (
            SELECT h.slot_id, h.seat FROM booking.hold h WHERE {TAKEN} AND {{changed_hold}}
             UNION ALL
            SELECT w.slot_id, w.seat FROM booking.withheld w
             UNION ALL
            SELECT s.id, unnest(s.free_seats) FROM booking.slot s WHERE {{changed_slot}}
          ) AS known ON known.slot_id = s.id
         WHERE {{changed_slot}} GROUP BY s.id
        HAVING count(known.seat) <> s.next_seat - 1 OR max(known.seat) >= s.next_seat
            OR count(DISTINCT known.seat) <> count(known.seat)
        """,
    ),
    Check(
        "persons with two",
        "doubled_persons",
        f"{PERSONS.format('person_key')} UNION {PERSONS.format('nik_key')}",
        whole=True,
    ),
)
ORPHANS = (
    Check(
        "bookings without a claim",
        "orphaned_bookings",
        """
        SELECT h.slot_id FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
         WHERE h.state NOT IN ('confirmed', 'visited', 'cancelled')
        """,
        whole=True,
    ),
    Check(
        "claims without a booking",
        "orphaned_claims",
        """
        SELECT h.slot_id FROM booking.hold h
         WHERE h.state IN ('confirmed', 'visited') AND {changed_hold}
           AND NOT EXISTS (SELECT FROM booking.booking b WHERE b.hold_id = h.id)
        """,
    ),
    Check(
        "holds without a command",
        "orphaned_holds",
        f"""
        SELECT h.slot_id FROM booking.hold h
         WHERE {TAKEN} AND {{changed_hold}}
           AND NOT EXISTS (SELECT FROM booking.command c WHERE c.id = h.id)
        """,
    ),
    Check(
        "withheld seats of no ended hold",
        "orphaned_withheld",
        f"""
        SELECT w.slot_id FROM booking.withheld w LEFT JOIN booking.hold h ON h.id = w.hold_id
         WHERE h.id IS NULL OR {TAKEN} OR (h.slot_id, h.seat) <> (w.slot_id, w.seat)
        """,
    ),
    Check(
        "outbox rows without an event to tell",
        "orphaned_outbox",
        """
        SELECT o.event_id FROM booking.outbox o LEFT JOIN booking.event_log e ON e.id = o.event_id
         WHERE e.id IS NULL OR e.position IS NOT NULL
        """,
        of="events",
    ),
    Check(
        "events that nobody will tell",
        "orphaned_events",
        """
        SELECT e.id FROM booking.event_log e
         WHERE e.position IS NULL
           AND NOT EXISTS (SELECT FROM booking.outbox o WHERE o.event_id = e.id)
        """,
        of="events",
    ),
)
NUMBERS = (
    Check(
        "slots behind their events",
        "event_mismatch_slots",
        """
        SELECT s.id FROM booking.slot s WHERE {slot} AND s.seq <> coalesce((
            SELECT e.slotsequence FROM booking.event_log e
             WHERE e.slot_id = s.id AND e.slotsequence IS NOT NULL
             ORDER BY e.slotsequence DESC LIMIT 1), 0)
        """,
    ),
    Check(
        "gaps among a slot's events",
        "event_gap_slots",
        """
        SELECT e.slot_id FROM booking.event_log e WHERE e.slot_id IS NOT NULL
         GROUP BY e.slot_id HAVING max(e.slotsequence) <> count(*)
        """,
        whole=True,
    ),
    Check(
        "gaps among the events' positions",
        "position_gaps",
        """
        SELECT NULL::uuid FROM booking.relay r
         WHERE r.position <> coalesce((SELECT max(e.position) FROM booking.event_log e), 0)
            OR r.position - {first} <> (
               SELECT count(*) FROM booking.event_log e WHERE e.position > {first})
        """,
        of="events",
    ),
    Check(
        "commands without an outcome",
        "undecided_commands",
        "SELECT c.id FROM booking.command c WHERE c.outcome IS NULL",
        of="commands",
        whole=True,
    ),
)
LATENESS = (
    Check(
        "accepted commands without an answer",
        "unanswered_commands",
        f"""
        SELECT a.command_id FROM gateway_api.accepted a
         WHERE a.asked_at < now() - interval '{LATE_S} s' AND NOT EXISTS (
               SELECT FROM booking.command c WHERE c.id = a.command_id AND c.outcome IS NOT NULL)
        """,
        of="commands",
        is_late=True,
    ),
    Check(
        "oldest event that waits to be told, in seconds",
        "outbox_oldest_seconds",
        """
        (SELECT e.occurred_at FROM booking.outbox o JOIN booking.event_log e ON e.id = o.event_id
          ORDER BY o.id LIMIT 1)
         UNION ALL
        (SELECT e.occurred_at FROM booking.event_log e
          WHERE e.position > (SELECT published FROM booking.relay) ORDER BY e.position LIMIT 1)
        """,
        form=AGED,
        most=LATE_S,
        is_late=True,
    ),
    Check(
        "seat that should be free by now, in seconds",
        "overdue_seconds",
        """
        (SELECT h.expires_at FROM booking.hold h
          WHERE h.state = 'held' ORDER BY h.expires_at LIMIT 1)
         UNION ALL
        (SELECT w.release_at FROM booking.withheld w ORDER BY w.release_at LIMIT 1)
        """,
        form=AGED,
        most=LATE_S,
        is_late=True,
    ),
)
CHECKS = (*COUNTERS, *ORPHANS, *NUMBERS, *LATENESS)


async def find(db: Any, check: Check, *, whole: bool, longest_s: float = 600) -> Found:
    """Count what must not be, among all there ever was or what is watched all the time."""
    row = await db.fetchrow(check.statement(whole=whole), SHOWN, timeout=longest_s)
    return Found(check, row["number"] or 0, tuple(one for one in row["ids"] or () if one))


async def broken(db: Any, checks: Sequence[Check] = CHECKS) -> dict[str, int]:
    """Count what must never be in the whole ledger, by name; empty where all is well.

    What is late does not count: where nobody is at work, it must be.
    """
    found = [await find(db, one, whole=True) for one in checks if not one.is_late]
    return {one.check.name: int(one.number) for one in found if one.is_broken}
