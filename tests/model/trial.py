"""One example: what is done to the ledger is done to the model, and both are looked at."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid5

from shared.keys import Keys
from shared.messages import RESULTS, BookingGranted, Refused
from tests.model.desk import PLACES, Ask, Desk
from tests.model.looks import (
    check_events,
    check_slots,
    close,
    copy_of,
    end_visits,
    resize,
    seen,
    shape,
    shown,
)
from tests.model.model import Model
from tests.model.office import RULES, SLOTS, Office

APART = (0, 3, 6)  # places of three slots
LONG = 300  # minutes after which every hold and every withheld seat is due
CONFLICT = ("idempotency_conflict",)
REFUSED = ("hold.refused", "booking.refused")


class Job(NamedTuple):
    """What one party does, and what that means to the model; None where nothing is answered."""

    act: Callable[[], Awaitable[Any]]
    foresee: Callable[[Model], Any]
    asks: Sequence[Ask] = ()


@dataclass(slots=True)
class Trial:
    """An office, who asks there, and the model of it."""

    office: Office
    desk: Desk
    model: Model
    said: dict[UUID, Any] = field(default_factory=dict)
    first: dict[UUID, Any] = field(default_factory=dict)  # of several under one id the decided one

    @classmethod
    async def begin(cls, office: Office, keys: Keys, plan: tuple[Any, ...]) -> Self:
        """Found the office that a plan asks for."""
        withholds, seats = plan[0], [*plan[1], None]
        await office.found(seats, withholds=withholds)
        names = ("opens", "closes", "starts", "ends")
        slots = {
            ref: {"seats": n, "closed": False, "days": days} | dict(zip(names, at, strict=True))
            for ref, n, (_, days, _, *at) in zip(office.refs, seats, SLOTS, strict=True)
        }
        rules = RULES if withholds else RULES | {"withheld": 0}
        return cls(office, Desk(keys, office.refs), Model(rules, slots))

    async def take(self, step: tuple[Any, ...]) -> None:
        """Do one step of a plan."""
        match step:
            case ("wait", minutes):
                await self.wait(minutes)
            case ("later", minutes, wishes):
                await self.wait(minutes)
                await self.run(self.decides(self.desk.write(wishes)))
            case ("decide", wishes, is_backwards):
                asks = self.desk.write(wishes)
                await self.run(self.decides(asks[::-1] if is_backwards else asks))
            case ("race", wishes, wish, other):
                jobs = [self.decides(self.desk.write(those)) for those in (wishes, [wish])]
                await self.run(*jobs, *([self.job(*other)] if other else []))
            case ("rush", phone):
                family = [n for n, one in enumerate(self.desk.people) if one.phone == phone]
                wishes = [
                    ("place", n, at, 0, "plain") for n, at in zip(family, APART, strict=False)
                ]
                jobs = [self.decides(self.desk.write(those)) for those in (wishes[:1], wishes[1:])]
                await self.run(*jobs)
            case _:
                await self.run(self.job(*step))

    async def rest(self) -> None:
        """Let everything come back that is due, and as many ask as there are seats, and one more.

        None is forgotten, and each that is free is sold.
        """
        model = self.model
        for _ in range(2):  # a hold expires, and then its seat is withheld
            await self.wait(LONG)
            await self.office.sweep()
            model.sweep()
        await self.run(self.job("reopen", much=True))
        assert not [x for x in model.claims.values() if x["state"] == "held" or x["back"]]
        crowd: list[Ask] = []
        for ref, slot in list(model.slots.items())[:2]:
            crowd += self.desk.crowd(ref, slot["seats"] - len(model.taken(ref)) + 1)
        await self.run(self.decides(crowd))

    async def wait(self, minutes: int) -> None:
        """Let time pass for the office and the model."""
        await self.office.let_pass(minutes, self._claim_ids())
        self.model.now += minutes

    def decides(self, asks: list[Ask]) -> Job:
        """Let a worker decide a batch."""
        commands = [ask.command for ask in asks]
        act = partial(self.office.batches.decide, commands)
        return Job(act, lambda model: model.decide(asks), asks)

    def job(self, act: str, place: int = 0, much: int = 0) -> Job:
        """Let the sweeper or the operator act, on so many seats or on the whole day."""
        office = self.office
        ref = office.refs[PLACES[place]]
        match act:
            case "sweep":
                return Job(office.sweep, Model.sweep)
            case "visits":
                return Job(office.end_visits, end_visits)
            case "resize":
                return Job(partial(office.resize, ref, much), partial(resize, ref=ref, seats=much))
        session = None if much else ref.session
        change = partial(office.close, ref.date, session, again=act == "reopen")
        those = [r for r in office.refs if r.date == ref.date and session in {None, r.session}]
        return Job(change, partial(close, refs=those, closed=act == "close"))

    async def run(self, *jobs: Job) -> None:
        """Do all at once; what came of it must be what comes of them in some order."""
        answers = await asyncio.gather(*(job.act() for job in jobs))
        given = [
            [shape(outcome.result) for outcome in answer] if job.asks else None
            for job, answer in zip(jobs, answers, strict=True)
        ]
        found = seen(self.office.refs, await self._look(), self.model.codes)
        foreseen = []
        for order in permutations(range(len(jobs))):
            model = copy_of(self.model)
            expected: list[Any] = [None] * len(jobs)
            for number in order:
                expected[number] = jobs[number].foresee(model)
            foreseen.append((expected, shown(model)))
            if foreseen[-1] == (given, found):
                self.model = model
                break
        else:
            asked = [[ask.command for ask in job.asks] for job in jobs]
            raise AssertionError({"asked": asked, "found": (given, found), "foreseen": foreseen})
        for job, answer in zip(jobs, answers, strict=True):
            for ask, outcome in zip(job.asks, answer or (), strict=True):
                self._learn(ask, outcome.result)

    async def close_books(self) -> None:
        """Hold what was answered and told against what is stored: one outcome, one event each."""
        _, claims, events = await self._look()
        check_events(events, claims)
        stored = await self.office.outcomes([*self.said])
        assert {key: RESULTS.validate_python(value) for key, value in stored} == self.said
        ids = {event["id"] for event in events}
        for ask in self.desk.sent:
            first = self.first[ask.command.id]
            is_told = first.tell and isinstance(self.said[first.id], Refused)
            assert (uuid5(first.id, f"{first.kind.split('.')[0]}.refused") in ids) == is_told

    async def _look(self) -> tuple[Any, Any, Any]:
        """Read everything here; fails where what must always be is not."""
        told = [uuid5(ask.command.id, kind) for ask in self.desk.sent for kind in REFUSED]
        rows = await self.office.look(self._claim_ids(), told)
        check_slots(rows[0], rows[2])
        return rows

    def _claim_ids(self) -> list[UUID]:
        return [*self.desk.holds]

    def _learn(self, ask: Ask, result: Any) -> None:
        """Hold an answer against the one before, and remember what later commands speak of."""
        if shape(result) == CONFLICT:
            return
        assert self.said.setdefault(ask.command.id, result) == result
        self.first.setdefault(ask.command.id, ask.command)
        self.desk.learn(ask, result)
        if isinstance(result, BookingGranted):
            self.model.codes.setdefault(result.booking_code, result.hold_id)
            assert result.slot == self.model.claims[result.hold_id]["slot"]
