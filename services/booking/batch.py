"""A batch of commands, decided together in one transaction and answered together."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from pydantic import ValidationError
from pydantic_core import from_json

from services.booking import metrics, refusals, store, writing
from services.booking.decisions import decide, expire_hold
from services.booking.desk import Desk, Tools
from services.booking.writing import Decided, RivalError
from shared.broker import Incoming, Publisher
from shared.db import Db, Pool
from shared.keys import booking_code_of
from shared.messages import (
    COMMANDS,
    RESULTS,
    CancelBooking,
    ConfirmHold,
    Outcome,
    PlaceHold,
    Refusal,
    Refused,
    ReleaseHold,
    Replies,
    RescheduleBooking,
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
)
TRIES = 6


@dataclass(frozen=True, slots=True)
class Arrived:
    """A command as it came; one that cannot be read carries the error instead."""

    command: SomeCommand | None
    raw: Any
    reply_to: str | None
    fault: ValidationError | None = None


def decode(message: Incoming) -> list[Arrived]:
    """Read a message of commands one by one, so that a bad one does not take others along.

    Raises ValueError when the message itself cannot be read.
    """
    body = from_json(message.body)
    if not isinstance(body, dict) or not isinstance(body.get("commands"), list):
        raise ValueError("not a batch of commands")  # noqa: TRY004 to the loop it is a bad value
    return [_arrived(raw, message.reply_to) for raw in body["commands"]]


def _arrived(raw: Any, reply_to: str | None) -> Arrived:
    try:
        return Arrived(COMMANDS.validate_python(raw), raw, reply_to)
    except ValidationError as fault:
        return Arrived(None, raw, reply_to, fault)


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
        commands = [one.command for one in arrived if one.command is not None]
        outcomes = await self.decide(commands)
        self.relay.wake()
        waits: dict[str, list[Outcome]] = defaultdict(list)
        for one, outcome in zip(arrived, outcomes, strict=True):
            if one.reply_to:
                waits[one.reply_to].append(outcome)
        for queue, answers in waits.items():
            body = Replies(outcomes=tuple(answers)).model_dump_json(exclude_none=True)
            await self.publisher.send_plain(queue, body.encode())

    async def park(self, one: Arrived, reason: str) -> None:
        """Store that a command could not be decided, so that whoever asks hears it."""
        if one.command is None:
            return
        command, result = one.command, Refused(code=Refusal.NEEDS_ATTENTION)
        parked = self._decided(command, result, state="parked")
        try:
            async with self.pool.acquire() as db, db.transaction():
                await writing.write_outcomes(db, [parked])
                desk = Desk(self.tools, now=await store.read_clock(db), slots={})
                refusals.say_parked(desk, command, result)
                await writing.write_events(db, desk.events, desk.now)
        except (RivalError, asyncpg.UniqueViolationError):
            log.warning("parked_command_was_decided", reason=reason)
        self.relay.wake()

    async def decide(self, commands: Sequence[SomeCommand]) -> list[Outcome]:
        """Decide commands, in order; again from the start when a rival was quicker."""
        for attempt in range(TRIES):
            try:
                async with self.pool.acquire() as db, db.transaction():
                    outcomes, fresh = await self._decide(db, commands)
            except RIVALS as rival:
                if attempt == TRIES - 1:
                    raise
                metrics.RIVALS.labels(type(rival).__name__).inc()
                await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 jitter
            else:
                metrics.count(fresh)
                return outcomes
        raise AssertionError("unreachable")

    async def _decide(
        self, db: Db, commands: Sequence[SomeCommand]
    ) -> tuple[list[Outcome], list[tuple[SomeCommand, SomeResult]]]:
        """Give every command its outcome; those decided only now are told apart."""
        prints = [self._mark_of(command) for command in commands]
        seen = await store.find_outcomes(db, {command.id for command in commands})
        fresh: dict[UUID, tuple[SomeCommand, bytes]] = {}
        for command, mark in zip(commands, prints, strict=True):
            if command.id not in seen:
                fresh.setdefault(command.id, (command, mark))
        results = await self._decide_fresh(db, [command for command, _ in fresh.values()])
        first = {key: mark for key, (_, mark) in fresh.items()}
        first |= {key: mark for key, (mark, _) in seen.items()}
        results |= {key: RESULTS.validate_python(stored) for key, (_, stored) in seen.items()}
        outcomes = [
            _outcome(command, results[command.id], is_same=first[command.id] == mark)
            for command, mark in zip(commands, prints, strict=True)
        ]
        return outcomes, [(command, results[key]) for key, (command, _) in fresh.items()]

    async def _decide_fresh(
        self, db: Db, commands: Sequence[SomeCommand]
    ) -> dict[UUID, SomeResult]:
        if not commands:
            return {}
        desk = await self._set_up(db, commands)
        results = {command.id: decide(desk, command) for command in commands}
        desk.say_changes()
        await refusals.say(db, desk, commands, results)
        decided = [self._decided(command, results[command.id]) for command in commands]
        await writing.write(db, desk, decided)
        return results

    async def _set_up(self, db: Db, commands: Sequence[SomeCommand]) -> Desk:
        """Lock the slots that the batch touches and load what its decisions need."""
        holds, codes = _named(commands)
        wishes = [c.slot for c in commands if isinstance(c, PlaceHold | RescheduleBooking)]
        placed = [c for c in commands if isinstance(c, PlaceHold)]
        owners = {bytes.fromhex(c.owner) for c in placed}
        lapsed = await store.find_lapsed(db, self._keys_of(placed), owners) if placed else set()
        holds |= lapsed
        slot_ids = {wish.slot_id for wish in wishes}
        if holds or codes:
            slot_ids |= await store.find_slot_ids(db, holds, codes)
        slots = await store.lock_slots(db, slot_ids)
        await store.lock_owners(db, owners)
        desk = Desk(self.tools, now=await store.read_clock(db), slots=slots)
        if holds or codes:
            _lay_out(desk, await store.find_claims(db, holds, codes))
        await self._find_persons(db, desk, commands, owners)
        for hold_id in lapsed:
            expire_hold(desk, desk.claims[hold_id])
        missing = [wish for wish in wishes if wish.slot_id not in slots]
        if missing:
            desk.services = await store.find_services(db, {wish.office for wish in missing})
            desk.closures = await store.find_closed(db, missing)
        return desk

    async def _find_persons(
        self, db: Db, desk: Desk, commands: Sequence[SomeCommand], owners: set[bytes]
    ) -> None:
        """Load what applicants and phones have already: of those who ask, and of those who move."""
        keys = self._keys_of([c for c in commands if isinstance(c, PlaceHold)])
        if any(isinstance(c, RescheduleBooking) for c in commands):
            for claim in desk.claims.values():
                keys |= {key for key in (claim.person_key, claim.nik_key) if key}
        if keys:
            desk.persons = await store.find_persons(db, keys)
        if owners:
            desk.active_of_owner = await store.count_active(db, owners)

    def _keys_of(self, commands: Sequence[PlaceHold]) -> set[bytes]:
        keys = self.tools.keys
        found = {keys.person_key(c.applicant.name, c.applicant.birth_date) for c in commands}
        return found | {keys.nik_key(c.applicant.nik) for c in commands if c.applicant.nik}

    def _mark_of(self, command: SomeCommand) -> bytes:
        return self.tools.keys.fingerprint(command.essence)

    def _decided(self, command: SomeCommand, result: SomeResult, state: str = "decided") -> Decided:
        contact = command.contact.model_dump(mode="json") if command.tell else None
        return Decided(
            id=command.id,
            kind=command.kind,
            owner=bytes.fromhex(command.owner),
            fingerprint=self._mark_of(command),
            outcome=result.model_dump_json(exclude_none=True),
            contact=self.tools.keys.seal(contact, f"command/{command.id}") if contact else None,
            state=state,
        )


def _outcome(command: SomeCommand, result: SomeResult, *, is_same: bool) -> Outcome:
    if not is_same:
        result = Refused(code=Refusal.IDEMPOTENCY_CONFLICT)
    return Outcome(command_id=command.id, command=command.kind, result=result)


def _named(commands: Iterable[SomeCommand]) -> tuple[set[UUID], set[str]]:
    """List the holds and booking codes that the commands speak of."""
    holds: set[UUID] = set()
    codes: set[str] = set()
    for command in commands:
        if isinstance(command, ConfirmHold | ReleaseHold):
            holds.add(command.hold_id)
        elif isinstance(command, PlaceHold) and command.replaces:
            holds.add(command.replaces)
        elif isinstance(command, CancelBooking | RescheduleBooking):
            codes.add(booking_code_of(command.booking_code) or "")
    return holds, codes


def _lay_out(desk: Desk, claims: Iterable[Any]) -> None:
    for claim in claims:
        if claim.slot_id not in desk.slots:
            raise RivalError  # moved between the look and the lock
        desk.claims[claim.id] = claim
        if claim.code:
            desk.claim_of_code[claim.code] = claim.id
