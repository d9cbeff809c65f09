"""What a stampede came to: counted, and written as a table. Pure."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bench.figures import percentile
from bench.load import UNANSWERED, Answers

FULL = "slot_full"
LIMITED = "rate_limited"


@dataclass(slots=True)
class Tally:
    """Who got what. `unknown` are those of whom nobody can say yet, by number of rival."""

    granted: dict[int, UUID] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    unknown: list[int] = field(default_factory=list)
    open_ended: list[int] = field(default_factory=list)

    @property
    def twice(self) -> int:
        """Count the holds that were given to more than one."""
        return len(self.granted) - len(set(self.granted.values()))


def count(answers: Answers) -> Tally:
    """Sort the answers: 201, refusals by their code, accepted and still open, and unknown."""
    tally = Tally()
    for number, status in enumerate(answers.status):
        body = _read(answers.bodies.get(number, b""))
        if status == 201:
            tally.granted[number] = UUID(str(body["hold_id"]))
        elif status == 202:
            tally.open_ended.append(number)
        elif status == UNANSWERED:
            tally.unknown.append(number)
        else:
            tally.refused[str(body.get("code", f"status {status}"))] += 1
    return tally


def settle(tally: Tally, number: int, outcome: Mapping[str, object] | None) -> None:
    """Take in what came of a rival later on; None: it never reached the system."""
    for waiting in (tally.open_ended, tally.unknown):
        if number in waiting:
            waiting.remove(number)
    if outcome is None:
        tally.refused["never arrived"] += 1
    elif "hold_id" in outcome:
        tally.granted[number] = UUID(str(outcome["hold_id"]))
    else:
        tally.refused[str(outcome.get("code", "unknown"))] += 1


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows of a slot: its capacity, and the holds that take one of its seats."""

    capacity: int
    holds: frozenset[UUID]

    @property
    def held(self) -> int:
        """Count the seats that are taken."""
        return len(self.holds)


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats of the slot before and after, and what the ledger says where it was read."""

    before: int
    after: int
    ledger: Ledger | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the quota was kept exactly, and everybody heard.

    `unequal` counts answers without their row in the ledger and rows without their answer; None
    where the ledger was not read.
    """

    oversold: int
    undersold: int
    unanswered: int
    unequal: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing was sold twice, and whoever was accepted was told what is so."""
        return self.oversold == 0 and self.unanswered == 0 and not self.unequal

    @property
    def is_exact(self) -> bool:
        """Whether besides nobody was sent away while a seat was left."""
        return self.is_right and self.undersold == 0


def judge(tally: Tally, seats: Seats) -> Verdict:
    """Compare what rivals were told with what the slot says.

    Undersold are seats that are left although somebody was told that none is.
    """
    over = max(0, len(tally.granted) - seats.before) + tally.twice
    if seats.ledger is not None:
        over = max(over, seats.ledger.held - seats.ledger.capacity)
    under = seats.after if tally.refused[FULL] else 0
    return Verdict(over, under, len(tally.open_ended), _unequal(tally, seats))


def _unequal(tally: Tally, seats: Seats) -> int | None:
    """Compare answers with rows, one by one; who is still in doubt may have either.

    Rows without an answer are counted on a fresh slot alone: elsewhere others hold seats, too.
    """
    if seats.ledger is None:
        return None
    told = set(tally.granted.values())
    missing = len(told - seats.ledger.holds)
    if seats.before < seats.ledger.capacity:
        return missing
    in_doubt = len(tally.unknown) + len(tally.open_ended)
    return missing + max(0, len(seats.ledger.holds - told) - in_doubt)


def report(tally: Tally, seats: Seats, answers: Answers) -> str:
    """Write the table at the end."""
    verdict, times = judge(tally, seats), answers.times()
    lines: list[tuple[str, str]] = [("rivals", f"{len(answers.status):,}")]
    lines += [("accepted", f"{len(tally.granted):,}")]
    lines += [(f"refused: {code}", f"{n:,}") for code, n in tally.refused.most_common()]
    lines += [("accepted, not answered", f"{verdict.unanswered:,}")]
    lines += [("unknown", f"{len(tally.unknown):,}")]
    lines += [("seats before, after", f"{seats.before:,}, {seats.after:,}")]
    if seats.ledger is not None:
        lines += [("sold, by the ledger", f"{seats.ledger.held:,}")]
        lines += [("answers unlike the ledger", f"{verdict.unequal:,}")]
    lines += [("oversold", f"{verdict.oversold:,}"), ("undersold", f"{verdict.undersold:,}")]
    for share in (0.5, 0.95, 0.99):
        lines.append((f"p{share * 100:.0f}", f"{1000 * percentile(times, share):,.0f} ms"))
    lines += [("seconds", f"{answers.seconds:.1f}"), ("answers a second", f"{answers.rate:,.0f}")]
    return "\n".join(f"  {name:<28}{value:>14}" for name, value in lines)


def advice(tally: Tally) -> str:
    """Say what to raise where the gateway limits one address; empty where it does not."""
    limited = tally.refused[LIMITED]
    if not limited:
        return ""
    return (
        f"\n{limited:,} rivals were turned away by the gateway's limit on one address, for all of "
        "them\ncome from here. Raise ANTREAN_ADDRESS_PER_MINUTE of the gateway; for the stack of "
        "`make up`:\n  ANTREAN_ADDRESS_PER_MINUTE=1000000 make up"
    )


def _read(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
