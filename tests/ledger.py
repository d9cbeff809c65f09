"""The invariants of the ledger, counted in the database, each by a short name."""

from typing import Any


async def broken_invariants(db: Any) -> dict[str, int]:
    """Count what must never be; empty when all is well."""
    counted = {name: await db.fetchval(sql) for name, sql in CHECKS.items()}
    return {name: number for name, number in counted.items() if number}


ACTIVE = "state IN ('held', 'confirmed', 'visited')"
CHECKS = {
    "oversold": f"""
        SELECT count(*) FROM booking.slot s
         WHERE (SELECT count(*) FROM booking.hold h WHERE h.slot_id = s.id AND {ACTIVE}) > capacity
    """,
    "counter mismatch": f"""
        SELECT count(*) FROM booking.slot s WHERE capacity <> remaining + withheld
               + (SELECT count(*) FROM booking.hold h WHERE h.slot_id = s.id AND {ACTIVE})
    """,
    "withheld mismatch": """
        SELECT count(*) FROM booking.slot s
         WHERE withheld <> (SELECT count(*) FROM booking.withheld w WHERE w.slot_id = s.id)
    """,
    "seats given twice": f"""
        SELECT count(*) FROM (SELECT FROM booking.hold WHERE {ACTIVE}
                               GROUP BY slot_id, seat HAVING count(*) > 1) twice
    """,
    "persons with two": """
        SELECT count(*) FROM (SELECT FROM booking.hold WHERE state IN ('held', 'confirmed')
                               GROUP BY person_key, service_id HAVING count(*) > 1) twice
    """,
    "bookings without a claim": """
        SELECT count(*) FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
         WHERE h.state NOT IN ('confirmed', 'visited', 'cancelled')
    """,
    "event gaps": """
        SELECT count(*) FROM (SELECT slot_id, max(slotsequence) - count(*) AS gap
          FROM booking.event_log WHERE slot_id IS NOT NULL GROUP BY slot_id) g WHERE gap <> 0
    """,
    "position gaps": """
        SELECT max(position) - count(position) FROM booking.event_log
         WHERE position IS NOT NULL HAVING max(position) <> count(position)
    """,
    "commands without an outcome": """
        SELECT count(*) FROM booking.command WHERE outcome IS NULL
    """,
}
