"""A batch of commands, decided together in one transaction and answered together."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from services.booking import metrics, refusals, store, writing
from services.booking.answering import Answer, write_replies
from services.booking.arriving import Arrived, Prepared, prepare
from services.booking.decisions import decide, expire_hold
from services.booking.desk import Desk, Tools
from services.booking.store import Asking
from services.booking.writing import Decided, RivalError, Writes
from shared import failpoints
from shared.broker import SLOTS_STREAM, Publisher
from shared.db import Db, Pool
from shared.keys import booking_code_of
from shared.messages import (
    RESULTS,
    Outcome,
    Refusal,
    Refused,
    SeatsTold,
    SomeCommand,
    SomeResult,
)
from shared.relay import Relay

log = structlog.get_logger(__name__)

RIVALS = (
    RivalError,
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    # A migration added a column since the statement was prepared; it is prepared anew at the next
    # try (https://magicstack.github.io/asyncpg/current/faq.html).
    asyncpg.InvalidCachedStatementError,
)
TRIES = 6
PORTION = 100  # of a batch, written while the next is decided
STEP = 20
CONFLICT = Refused(code=Refusal.IDEMPOTENCY_CONFLICT).model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a batch: an answer to each command, and the seats that changed.

    `decided` are those that had no outcome before.
    """

    answers: list[Answer]
    told: SeatsTold | None
    decided: list[Decided]


@dataclass(frozen=True, slots=True)
class Batches:
    """Decides batches: the pool to write to, the relay to wake, the publisher to answer with."""

    pool: Pool
    relay: Relay
    publisher: Publisher
    tools: Tools

    async def handle(self, arrived: Sequence[Arrived]) -> None:
        """Decide every command once, store what came of it, and answer who waits.

        Raises the fault of a command that cannot be read; the loop finds it and parks it.
        """
        for one in arrived:
            if one.fault is not None:
                raise one.fault
        done = await self.decide_all([one.prepared for one in arrived if one.prepared is not None])
        self.relay.wake()
        if done.told is not None:
            # Before the answers: who was given a seat must not be shown it as free.
            text = done.told.model_dump_json()
            await self.publisher.send_plain(SLOTS_STREAM, text.encode())
        waits: dict[str, list[Answer]] = defaultdict(list)
        for one, said in zip(arrived, done.answers, strict=True):
            if one.reply_to:
                waits[one.reply_to].append(said)
        for queue, answers in waits.items():
            await self.publisher.send_plain(queue, write_replies(answers))

    async def park(self, one: Arrived, reason: str) -> bool:
        """Store that a command could not be decided, so that whoever asks hears it.

        False where it was decided all the same.
        """
        if one.prepared is None:
            return True
        command, result = one.prepared.command, Refused(code=Refusal.NEEDS_ATTENTION)
        parked = self._decided(one.prepared, result, state="parked")
        try:
            async with self.pool.acquire() as db, db.transaction():
                desk = Desk(self.tools, now=await store.read_clock(db), slots={})
                refusals.say_parked(desk, command, result)
                await writing.write(db, desk.take_changes(), [parked], desk.now)
        except (RivalError, asyncpg.UniqueViolationError):
            # It may have been parked, and told of, before; then it is still to be done.
            async with self.pool.acquire() as db:
                if await store.is_parked(db, command.id):
                    return True
            log.warning("parked_command_was_decided", reason=reason)
            return False
        self.relay.wake()
        return True

    async def decide(self, commands: Sequence[SomeCommand]) -> list[Outcome]:
        """Decide commands, in order."""
        done = await self.decide_all([prepare(self.tools.keys, command) for command in commands])
        return [
            Outcome(command_id=said.id, command=said.kind, result=RESULTS.validate_json(said.text))
            for said in done.answers
        ]

    async def decide_all(self, batch: Sequence[Prepared]) -> Done:
        """Decide a batch, in order; again from the start when a rival was quicker."""
        for attempt in range(TRIES):
            try:
                async with self.pool.acquire() as db, db.transaction():
                    done = await self._decide(db, batch)
                    failpoints.reach("before_commit")
                failpoints.reach("after_commit")
            except RIVALS as rival:
                if attempt == TRIES - 1:
                    raise
                metrics.RIVALS.labels(type(rival).__name__).inc()
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 jitter
            else:
                metrics.count([(one.kind, one.label) for one in done.decided])
                return done
        raise AssertionError("unreachable")

    async def _decide(self, db: Db, batch: Sequence[Prepared]) -> Done:
        """Give every command its one outcome: the stored one, or one decided now."""
        known, lapsed = await store.look_up(db, _asking(batch))
        fresh: dict[UUID, Prepared] = {}
        for one in batch:
            if one.command.id not in known:
                fresh.setdefault(one.command.id, one)
        desk, decided = await self._decide_fresh(db, list(fresh.values()), lapsed)
        known |= {one.id: (one.fingerprint, one.outcome) for one in decided}
        answers = [_answer(one, *known[one.command.id]) for one in batch]
        return Done(answers, desk.seats_told(), decided)

    async def _decide_fresh(
        self, db: Db, batch: Sequence[Prepared], lapsed: set[UUID]
    ) -> tuple[Desk, list[Decided]]:
        if not batch:
            return Desk(self.tools, datetime.now(UTC), {}), []
        desk = await self._set_up(db, batch, lapsed)
        results: dict[UUID, SomeResult] = {}
        decided: list[Decided] = []
        writes = Writes(db)
        try:
            for number, one in enumerate(batch, 1):
                result = results[one.command.id] = decide(desk, one.command)
                decided.append(self._decided(one, result))
                if number == len(batch):
                    desk.say_changes()
                if number % PORTION == 0 or number == len(batch):
                    start = (number - 1) // PORTION * PORTION
                    await writes.begin(desk.take_changes(), decided[start:], desk.now)
                elif number % STEP == 0:
                    await asyncio.sleep(0)  # the portion before goes on to its next statement
        finally:
            await writes.end()  # also of what failed: a session does one thing at a time
        await refusals.say(db, desk, [one.command for one in batch], results)
        await writing.write(db, desk.take_changes(), [], desk.now)
        await writing.write_slots(db, desk.slots.values())
        return desk, decided

    async def _set_up(self, db: Db, batch: Sequence[Prepared], lapsed: set[UUID]) -> Desk:
        """Lock the slots that the batch touches and load what its decisions need."""
        commands = [one.command for one in batch]
        holds, codes = _named(commands)
        asking = _asking(batch)
        holds |= lapsed
        slot_ids = {one.slot_id for one in batch if one.slot_id}
        if holds or codes:
            slot_ids |= await store.find_slot_ids(db, holds, codes)
        slots = await store.lock_slots(db, slot_ids)
        now = await store.lock_owners(db, asking.owners)
        desk = Desk(self.tools, now=now, slots=slots)
        desk.asked = {one.command.id: one for one in batch}
        if holds or codes:
            _lay_out(desk, await store.find_claims(db, holds, codes))
        if asking.persons or any(command.kind == "booking.reschedule" for command in commands):
            await _find_active(db, desk, asking, commands)
        for hold_id in lapsed:
            expire_hold(desk, desk.claims[hold_id])
        missing = [one.slot for one in batch if one.slot and one.slot_id not in slots]
        if missing:
            desk.services = await store.find_services(db, {wish.office for wish in missing})
            desk.closures = await store.find_closed(db, missing)
        return desk

    def _decided(self, one: Prepared, result: SomeResult, state: str = "decided") -> Decided:
        command = one.command
        contact = command.contact.model_dump(mode="json") if command.tell else None
        return Decided(
            id=command.id,
            kind=command.kind,
            owner=one.owner,
            fingerprint=one.mark,
            label=result.code.value if result.kind == "refused" else result.kind,
            outcome=result.model_dump_json(exclude_none=True),
            contact=self.tools.keys.seal(contact, f"command/{command.id}") if contact else None,
            state=state,
        )


def _asking(batch: Iterable[Prepared]) -> Asking:
    """List what is to be known before a batch can be decided: of holds alone who asks."""
    placed = [one for one in batch if one.person_key]
    return Asking(
        commands={one.command.id for one in batch},
        persons={one.person_key for one in placed},
        niks={one.nik_key for one in placed if one.nik_key},
        owners={one.owner for one in placed},
    )


async def _find_active(db: Db, desk: Desk, asking: Asking, commands: Iterable[SomeCommand]) -> None:
    """Load what applicants and phones have already: of those who ask, and of those who move."""
    if any(command.kind == "booking.reschedule" for command in commands):
        moving = desk.claims.values()
        asking = replace(
            asking,
            persons={*asking.persons, *(claim.person_key for claim in moving)},
            niks={*asking.niks, *(claim.nik_key for claim in moving if claim.nik_key)},
        )
    desk.persons, desk.active_of_owner = await store.find_active(db, asking)


def _answer(one: Prepared, first_mark: bytes, outcome: str) -> Answer:
    """Answer with the outcome, if the command is the one that has it."""
    text = outcome if one.mark == first_mark else CONFLICT
    return Answer(one.command.id, one.command.kind, text)


def _named(commands: Iterable[SomeCommand]) -> tuple[set[UUID], set[str]]:
    """List the holds and booking codes that the commands speak of."""
    holds: set[UUID] = set()
    codes: set[str] = set()
    for command in commands:
        match command.kind:
            case "hold.place":
                if command.replaces:
                    holds.add(command.replaces)
            case "hold.confirm" | "hold.release" | "hold.extend":
                holds.add(command.hold_id)
            case "booking.cancel" | "booking.reschedule":
                codes.add(booking_code_of(command.booking_code) or "")
    return holds, codes


def _lay_out(desk: Desk, claims: Iterable[Any]) -> None:
    for claim in claims:
        if claim.slot_id not in desk.slots:
            raise RivalError  # moved between the look and the lock
        desk.claims[claim.id] = claim
        if claim.code:
            desk.claim_of_code[claim.code] = claim.id
