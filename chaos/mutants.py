"""Seeded defects, each of which the checker must catch: a proof that it can fail.

`make mutants` copies the checkout, changes one thing, and lets the suite run on it with the faults
under which that one thing matters. A mutant that survives fails the run.
"""

from dataclasses import dataclass, field

STORE, WRITING = "services/booking/store.py", "services/booking/writing.py"
WORKER, RELAY, BROKER = "shared/worker.py", "shared/relay.py", "shared/broker.py"

Edit = tuple[str, str, str]  # a file, what stands there, and what is put in its place


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect: how it is made, under which faults it shows, and in which columns."""

    name: str
    edits: tuple[Edit, ...]
    caught_by: tuple[str, ...]
    doses: dict[str, float] = field(default_factory=lambda: {"deaths": 12, "deaths_s": 30})
    sql: tuple[str, ...] = ()


MUTANTS = (
    Mutant(
        "no lock on the slot, and no guard behind it",
        ((STORE, "ORDER BY s.id FOR UPDATE OF s", "ORDER BY s.id"),),
        ("oversold", "counter mismatch"),
        sql=(
            "DROP INDEX booking.hold_one_per_seat",
            "ALTER TABLE booking.event_log DROP CONSTRAINT event_log_slot_id_slotsequence_key",
        ),
    ),
    Mutant(
        "acknowledges before the work",
        (
            (
                WORKER,
                "        channel = self._channel\n        items: list[Item] = []\n",
                (
                    "        channel = None\n        await settle(batch[-1].message)\n"
                    "        items: list[Item] = []\n"
                ),
            ),
        ),
        ("lost",),
        {"deaths": 25, "deaths_s": 60},
    ),
    Mutant(
        "marks events as published before they are",
        (
            (
                RELAY,
                (
                    "                sent = await self._publish(waiting)\n"
                    "                if sent:\n"
                    '                    failpoints.reach("relay_before_mark")\n'
                    "                    await self._outbox.forget(db, sent)\n"
                    "                return len(sent)\n"
                ),
                (
                    "                if waiting:\n"
                    "                    await self._outbox.forget(db, waiting)\n"
                    '        failpoints.reach("relay_before_mark")\n'
                    "        return len(await self._publish(waiting))\n"
                ),
            ),
        ),
        ("event gaps", "texts missing"),
        {"deaths": 25, "deaths_s": 60},
    ),
    Mutant(
        "forgets what it decided before",
        (
            (
                STORE,
                (
                    '    known = {r["id"]: (r["fingerprint"], r["outcome"]) for r in rows'
                    ' if r["fingerprint"]}\n'
                ),
                "    known: dict[UUID, tuple[bytes, str]] = {}\n",
            ),
        ),
        ("contradicted", "duplicated", "parked", "other errors", "left under way"),
    ),
    Mutant(
        "lets one person have two seats",
        (
            (
                "services/booking/desk.py",
                "        return bool(found - {None, but.id if but else None})\n",
                "        return False\n",
            ),
        ),
        ("oversold", "duplicated"),
        sql=("DROP INDEX booking.hold_one_per_person", "DROP INDEX booking.hold_one_per_nik"),
    ),
    Mutant(
        "counts seats on its own",
        (
            (
                WRITING,
                "SET remaining = new.remaining, withheld",
                "SET remaining = greatest(new.remaining, s.remaining - 1), withheld",
            ),
        ),
        ("oversold", "counter mismatch"),
    ),
    Mutant(
        "takes a command that has no way for accepted",
        (
            (
                BROKER,
                "publish(message, routing_key=key, mandatory=True)",
                "publish(message, routing_key=key, mandatory=False)",
            ),
        ),
        ("lost",),
        {"unroutable": 2},
    ),
    Mutant(
        "gives poison back to the queue",
        (
            (
                WORKER,
                "await self._park(taken.message.body, taken.fault)",
                (
                    "await self._broker.publisher.publish_confirmed(\n"
                    "                    DIRECT, self._work.queue, taken.message.body)"
                ),
            ),
        ),
        ("parked", "left under way"),
        {"poison": 3},
    ),
    Mutant(
        "lets holds expire by a clock of its own, which is fast",
        (
            (
                STORE,
                "WHERE state = 'held' AND expires_at <= now()\n",
                "WHERE state = 'held' AND expires_at <= now() + interval '58 s'\n",
            ),
            (
                "services/booking/decisions.py",
                'if claim.state != "held" or claim.expires_at > desk.now:',
                'if claim.state != "held":',
            ),
        ),
        ("expired early",),
        {"slow_s": 15},
    ),
    Mutant(
        "sends a text again though the provider may have it",
        (
            (
                "services/notifier/handlers.py",
                "            if told:\n",
                "            if not told:\n",
            ),
            (
                "services/notifier/routing.py",
                "if may_repeat and not text.doubts:",
                "if may_repeat or text.age_s(now) < LONGEST_LIFE_S:",
            ),
        ),
        ("texts twice",),
        {"deaths": 30, "deaths_s": 60},
    ),
    Mutant(
        "drops the oldest commands where the queue is full",
        (
            (
                "deploy/rabbitmq/definitions.json",
                '"max-length": 50000, "overflow": "reject-publish"',
                '"max-length": 50000, "overflow": "drop-head"',
            ),
        ),
        ("lost", "parked"),
        {"full": 2},
    ),
    Mutant(
        "answers before the outcome is on disk",
        (
            (
                "shared/db.py",
                '            "timezone": "UTC",\n',
                '            "timezone": "UTC",\n            "synchronous_commit": "off",\n',
            ),
        ),
        ("lost", "contradicted", "duplicated"),
        {"crashes_of_postgres": 6},
    ),
    Mutant(
        "takes silence for consent",
        (
            (
                "services/gateway/asking.py",
                "if result != Published.ACCEPTED:",
                "if result == Published.REFUSED:",
            ),
        ),
        ("lost",),
        {"partitions": 2},
    ),
    Mutant(
        "goes by its machine's clock",
        (
            (
                "services/gateway/clock.py",
                "now = CLOCK.now\n",
                "def now() -> datetime:\n    return datetime.now(UTC)\n",
            ),
        ),
        ("duplicated", "contradicted", "lost"),
        {"clocks": 4},
    ),
    Mutant(
        "forgets the seats that it holds back",
        ((STORE, "WHERE release_at <= now()\n", "WHERE release_at <= now() - interval '1 day'\n"),),
        ("undersold",),
        {"slow_s": 10},
    ),
)
