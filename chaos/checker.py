"""Compares what people were told with what the ledger, the stream and the phones have: pure.

In the manner of Jepsen's total-queue checker
(https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/checker.clj): what was accepted
must be there, what is there must have been asked for, and each of it once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chaos.history import Act, History, is_at_the_door
from chaos.people import HANGS_S

GRANTED = {"hold": "hold_granted", "confirm": "booking_granted", "move": "booking_granted"}
GRANTED |= {"release": "seat_given_back", "cancel": "seat_given_back"}
DONE = frozenset({200, 201})
LIVES_S = 55.0  # of a hold, at least: its office says one minute


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the ledger says of a command: the kind of its result, and a refusal's code."""

    kind: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as the ledger has it."""

    id: UUID
    owner: str
    state: str
    person: bytes
    service: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found when everything had come to rest.

    `events` are (position, id) as the stream had them, `logged` the ids by position; `broken` are
    the ledger's own invariants; `texts` are how many texts that name a booking's code reached its
    phone, `due` how many should have, at least and at most; `samples` are the looks at counters
    meanwhile that were wrong; `waiting` is what still was under way at the end; `parked` must be
    the `poison`; who wrote in a chat and read nothing is `unheard`; processes
    that ended by themselves `broke_off`.
    """

    outcomes: Mapping[UUID, Outcome]
    holds: Sequence[Hold]
    events: Sequence[tuple[int, str]]
    logged: Mapping[int, str]
    broken: Mapping[str, int]
    texts: Mapping[str, int]
    due: Mapping[str, tuple[int, int]]
    seats_left: int
    waiting: int
    parked: int
    poison: int
    samples: int
    chat_owners: frozenset[str]
    unheard: Sequence[str]
    broke_off: Sequence[str]


@dataclass(slots=True)
class Verdict:
    """The table's columns; those in `MUST_BE_ZERO` decide."""

    columns: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def count(self, column: str, examples: Iterable[str]) -> None:
        """Put down how many there are, and a few of them."""
        found = list(examples)
        self.columns[column] = len(found)
        if found and column in MUST_BE_ZERO:
            self.examples[column] = found[:5]

    @property
    def is_valid(self) -> bool:
        """Whether every column is 0 that must be."""
        return not any(self.columns.get(name, 0) for name in MUST_BE_ZERO)


MUST_BE_ZERO = (
    "lost",
    "unexpected",
    "duplicated",
    "contradicted",
    "oversold",
    "undersold",
    "counter mismatch",
    "event gaps",
    "events changed",
    "texts missing",
    "texts twice",
    "chats unanswered",
    "left under way",
    "parked",
    "expired early",
    "broke off",
    "hung",
    "other errors",
)


def judge(history: History, facts: Facts) -> Verdict:
    """Judge a whole run."""
    verdict = Verdict()
    _count_acts(verdict, history.acts, facts)
    _compare_effects(verdict, history.acts, facts)
    _compare_events(verdict, facts)
    _compare_texts(verdict, facts)
    broken = dict(facts.broken)
    oversold = broken.pop("slots oversold", 0)
    twice = broken.pop("seats given twice", 0) + broken.pop("persons with two", 0)
    verdict.columns["oversold"] = oversold + twice
    verdict.columns["counter mismatch"] = sum(broken.values()) + facts.samples
    verdict.columns["undersold"] = facts.seats_left
    verdict.count("broke off", facts.broke_off)
    verdict.columns["left under way"] = facts.waiting
    verdict.columns["parked"] = abs(facts.parked - facts.poison)
    for name, number in broken.items():
        verdict.examples["counter mismatch"].append(f"{name}: {number}")
    return verdict


def _count_acts(verdict: Verdict, acts: Sequence[Act], facts: Facts) -> None:
    verdict.columns["attempts"] = len(acts)
    verdict.columns["sent"] = sum(len(act.told) for act in acts)
    verdict.columns["accepted"] = sum(act.is_accepted for act in acts)
    refused = [act for act in acts if act.final and act.final.status not in DONE]
    verdict.columns["refused"] = len(refused)
    verdict.columns["unknown"] = sum(not act.finals and not act.is_accepted for act in acts)
    verdict.columns["ok"] = sum(_agrees(act, facts.outcomes.get(act.command_id)) for act in acts)
    decided = [act for act in acts if act.command_id in facts.outcomes]
    verdict.columns["full, yet held"] = sum(
        facts.outcomes[act.command_id].kind != "refused"
        and any(is_at_the_door(one) for one in act.told)
        for act in decided
    )
    verdict.count("expired early", map(_named, filter(_expired_early, acts)))
    told = [one for act in acts for one in act.told]
    verdict.count("hung", (f"{one.took_s:.1f} s" for one in told if one.took_s > HANGS_S))
    odd = (f"{act.kind}: {one.status} {one.body}" for act in acts for one in act.told
           if one.status >= 500 and one.status != 503)  # fmt: skip
    verdict.count("other errors", odd)


def _expired_early(act: Act) -> bool:
    """Whether a hold was said to be over before it can have been, by any honest clock."""
    over = [one for one in act.finals if one.body.get("code") == "hold_expired"]
    return bool(act.since) and any(one.asked_at + one.took_s - act.since < LIVES_S for one in over)


def _named(act: Act) -> str:
    return f"{act.kind} {act.command_id} told {[one.status for one in act.told]}"


def _agrees(act: Act, outcome: Outcome | None) -> bool:
    """Whether what somebody was told at last is what the ledger says."""
    if act.final is None:
        return False
    if act.final.status in DONE:
        return outcome is not None and outcome.kind == GRANTED.get(act.kind, "")
    if outcome is None or outcome.kind == "refused":
        return True  # where there is none: refused where it was asked, as full or no such thing
    return is_at_the_door(act.final) and len(act.told) > 1  # of which another went on


def _compare_effects(verdict: Verdict, acts: Sequence[Act], facts: Facts) -> None:
    lost = [act for act in acts if act.is_accepted and act.command_id not in facts.outcomes]
    verdict.count("lost", map(_named, lost))
    decided = [act for act in acts if act.command_id in facts.outcomes]
    odd = [act for act in decided if act.final and not _agrees(act, facts.outcomes[act.command_id])]
    verdict.count("contradicted", map(_named, odd))
    asked = {act.command_id for act in acts if act.kind in {"hold", "move"}}
    strange = [h for h in facts.holds if h.id not in asked and h.owner not in facts.chat_owners]
    verdict.count("unexpected", (f"hold {hold.id}" for hold in strange))
    verdict.count("duplicated", (*_told_twice(acts), *_active_twice(facts.holds)))


def _told_twice(acts: Sequence[Act]) -> Iterable[str]:
    """Name the acts of which two different outcomes were told."""
    for act in acts:
        said = {_essence(one.status, one.body) for one in act.finals if not is_at_the_door(one)}
        if len(said) > 1:
            yield f"{act.kind} {act.command_id}: {sorted(map(str, said))}"


def _essence(status: int, body: Mapping[str, Any]) -> tuple[Any, ...]:
    """Keep of an answer what must be the same at every repeat."""
    names = ("hold_id", "approval_code", "booking_code", "code", "queue_number")
    return (status, *(body.get(name) for name in names))


def _active_twice(holds: Sequence[Hold]) -> Iterable[str]:
    active = Counter((h.person, h.service) for h in holds if h.state in {"held", "confirmed"})
    return (f"a person with {number} seats" for number in active.values() if number > 1)


def _compare_events(verdict: Verdict, facts: Facts) -> None:
    """Every event of the log is in the stream, under one number; repeats are no fault."""
    told: dict[int, set[str]] = defaultdict(set)
    for position, event_id in facts.events:
        told[position].add(event_id)
    missing = [str(position) for position in facts.logged if position not in told]
    verdict.count("event gaps", (f"position {position}" for position in missing))
    changed = [p for p, ids in told.items() if ids != {facts.logged.get(p)}]
    verdict.count("events changed", (f"position {position}" for position in changed))
    verdict.columns["events"] = len(facts.logged)
    verdict.columns["event repeats"] = len(facts.events) - len(told)


def _compare_texts(verdict: Verdict, facts: Facts) -> None:
    missing = [code for code, (least, _) in facts.due.items() if facts.texts.get(code, 0) < least]
    verdict.count("texts missing", (f"of booking {code[:4]}" for code in missing))
    none = (0, 0)
    twice = [code for code, number in facts.texts.items() if number > facts.due.get(code, none)[1]]
    verdict.count("texts twice", (f"of booking {code[:4]}" for code in twice))
    verdict.count("chats unanswered", facts.unheard)
    verdict.columns["texts"] = sum(facts.texts.values())
