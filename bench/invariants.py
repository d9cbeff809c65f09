"""What the ledger must never have, each counted by a statement of its own, by a short name."""

from typing import Any

ACTIVE = "state IN ('held', 'confirmed', 'visited')"
CHECKS = {
    "slots oversold or undersold": f"""
        SELECT count(*) FROM booking.slot s
          LEFT JOIN (SELECT slot_id, count(*) AS taken FROM booking.hold
                      WHERE {ACTIVE} GROUP BY slot_id) h ON h.slot_id = s.id
         WHERE capacity <> remaining + withheld + coalesce(taken, 0) OR remaining < 0
    """,
    "withheld mismatch": """
        SELECT count(*) FROM booking.slot s
          LEFT JOIN (SELECT slot_id, count(*) AS number FROM booking.withheld
                      GROUP BY slot_id) w ON w.slot_id = s.id
         WHERE withheld <> coalesce(number, 0)
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
    "commands without an outcome": """
        SELECT count(*) FROM booking.command WHERE outcome IS NULL
    """,
    "gaps among a slot's events": """
        SELECT count(*) FROM (SELECT slot_id FROM booking.event_log WHERE slot_id IS NOT NULL
                               GROUP BY slot_id HAVING max(slotsequence) <> count(*)) gaps
    """,
    "gaps among the events' positions": """
        SELECT coalesce(max(position), 0) - count(position) FROM booking.event_log
    """,
}


async def broken(db: Any) -> dict[str, int]:
    """Count what must never be, by name; empty where all is well."""
    counted = {name: await db.fetchval(sql) for name, sql in CHECKS.items()}
    return {name: number for name, number in counted.items() if number}
