"""Sends what is due: claim, call, record. No transaction is open while a provider is called."""

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from services.notifier import metrics, receipts, store
from services.notifier.circuit import Circuit
from services.notifier.codes import ALARMS, Failure, Verdict, verdict
from services.notifier.providers import Accepted, Parcel, Provider, SendError
from services.notifier.receipts import text_of
from services.notifier.routing import (
    CIRCUIT_S,
    UNASKED,
    WINDOW,
    Step,
    Text,
    after_accepted,
    after_silence,
    next_step,
    while_resting,
)
from shared import failpoints
from shared.db import Pool, Row, is_passing
from shared.keys import Keys
from shared.messages import Contact, Content

log = structlog.get_logger(__name__)

POLL_S = 0.5
RANDOM = secrets.SystemRandom()


@dataclass(slots=True)
class Sender:
    """Works through the due texts; several may run, in one process or in many.

    `hearing_s` says for how long receipts have been coming in: a call in doubt is judged only
    when a receipt of it would have been heard.
    """

    pool: Pool
    keys: Keys
    providers: Mapping[str, Sequence[Provider]]
    together: int
    receipt_wait_s: float
    hearing_s: Callable[[], float]
    circuits: dict[str, Circuit] = field(default_factory=lambda: defaultdict(Circuit))
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def wake(self) -> None:
        """Say that a text was stored."""
        self.woken.set()

    async def run(self) -> None:
        """Send for as long as the process lives."""
        while True:
            self.woken.clear()
            taken = 0
            try:
                taken = await self.take()
            except Exception as error:
                if not is_passing(error):
                    log.exception("sender_failed")
                await asyncio.sleep(POLL_S)
            if not taken:
                await self._rest()

    async def take(self) -> int:
        """Claim what is due, as much as may be under way at once, and begin to send it."""
        room = self.together - len(self.under_way)
        if room <= 0:
            await asyncio.wait(self.under_way, return_when=asyncio.FIRST_COMPLETED)
            return 1
        if any(circuit.is_half_open(time.monotonic()) for circuit in self.circuits.values()):
            room = 1  # the probe, before the others
        waits = store.Waits(self._resting(), self.receipt_wait_s, self._may_judge_silence())
        async with self.pool.acquire() as db:
            due = await store.claim_due(db, room, waits)
        for row in due:
            task = asyncio.create_task(self._guarded(row))
            self.under_way.add(task)
            task.add_done_callback(self._done)
        return len(due)

    def rest(self, provider: str) -> None:
        """Leave a provider alone for a while."""
        self.circuits[provider].open(time.monotonic(), CIRCUIT_S)

    async def drain(self) -> None:
        """Let the calls that are under way end."""
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=8)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self.under_way.discard(task)
        self.woken.set()

    async def _guarded(self, row: Row) -> None:
        # A text whose step could not be written is due again by itself: see `claim_due`.
        try:
            await self._one(row)
        except Exception:
            log.exception("text_left_in_doubt", text_id=str(row["id"]))

    async def _one(self, row: Row) -> None:
        if row["attempt_id"] is None:
            may_repeat = self._may_repeat(row)
            next_one = after_silence(text_of(row), row["was"], row["now"], may_repeat=may_repeat)
            await self._move(row, next_one)
            return
        step = self._before(row)
        if step is not None:
            await self._refuse(row, step, None)
            return
        provider = self._choose(row)
        if provider is None:
            failure = Failure("no provider for this channel")
            await self._refuse(row, self._after(row, failure, Verdict.NEXT_CHANNEL), failure)
            return
        await self._call(row, provider)

    async def _call(self, row: Row, provider: Provider) -> None:
        parcel = self._parcel(row)
        async with self.pool.acquire() as db:
            await store.name_provider(db, row["attempt_id"], provider.name)
        failpoints.reach("notifier_before_call")
        try:
            accepted = await self._ask(provider, parcel)
        except SendError as error:
            await self._failed(row, provider, error.failure)
        else:
            failpoints.reach("notifier_after_call")
            await self._accepted(row, provider, accepted)

    async def _ask(self, provider: Provider, parcel: Parcel) -> Accepted:
        """Call a provider, and let its circuit know how that went."""
        circuit, is_there = self.circuits[provider.name], False
        circuit.begin(time.monotonic())
        try:
            accepted = await provider.send(parcel)
            is_there = True
        except SendError as error:
            failure = error.failure
            is_unknown = verdict(failure, provider.name) is Verdict.UNKNOWN
            is_there = failure.status is not None and not is_unknown
            raise
        finally:
            circuit.record(time.monotonic(), went_well=is_there)
        return accepted

    async def _accepted(self, row: Row, provider: Provider, accepted: Accepted) -> None:
        metrics.ATTEMPTS.labels(provider.name, "accepted").inc()
        metrics.SECONDS.observe(max(0.0, (row["now"] - row["created_at"]).total_seconds()))
        async with self.pool.acquire() as db, db.transaction():
            reference, segments = accepted.reference, accepted.segments
            await store.record_accepted(db, row["attempt_id"], reference, segments)
            await store.move(db, row["id"], after_accepted(text_of(row)), after=row["attempt_id"])
            await receipts.adopt(db, row["attempt_id"], reference, self.rest)

    async def _failed(self, row: Row, provider: Provider, failure: Failure) -> None:
        judged = verdict(failure, provider.name)
        metrics.ATTEMPTS.labels(provider.name, judged.value).inc()
        if judged in ALARMS:
            log.error(
                "provider_says_our_mistake",
                provider=provider.name,
                verdict=judged.value,
                code=failure.code,
                purpose=row["purpose"],
            )
        if judged in {Verdict.CIRCUIT, Verdict.ACCOUNT}:
            self.rest(provider.name)
        await self._refuse(row, self._after(row, failure, judged), failure)

    async def _refuse(self, row: Row, step: Step, failure: Failure | None) -> None:
        state = "unknown" if step.state == "unknown" else "refused"
        code = failure.code if failure else None
        async with self.pool.acquire() as db, db.transaction():
            await store.record_failed(db, row["attempt_id"], state, code, step.reason)
            moved = await store.move(db, row["id"], step, after=row["attempt_id"])
            if step.no_whatsapp or step.opts_out:
                await store.mark_contact(db, row["recipient"], step)
        if moved:
            receipts.note(row, step)

    async def _move(self, row: Row, step: Step) -> None:
        async with self.pool.acquire() as db:
            moved = await store.move(db, row["id"], step, only=(row["was"],))
        if moved:
            receipts.note(row, step)

    def _before(self, row: Row) -> Step | None:
        """Say what keeps a text from being tried at all."""
        text, now = text_of(row), row["now"]
        if text.valid_until is not None and now >= text.valid_until:
            return Step("dropped", reason="too late")
        if row["opted_out"] and row["purpose"] in UNASKED:
            return Step("dropped", reason="opted out")
        is_closed = text.channel == "whatsapp" and not text.has_template and not _in_window(row)
        if row["purpose"] in UNASKED and is_closed:
            return Step("dropped", reason="outside the window")
        absent = row["no_whatsapp_until"]
        if text.channel == "whatsapp" and absent is not None and absent > now and text.later:
            return Step("waiting", 0, channel=text.later[0], reason="not on WhatsApp lately")
        return while_resting(text) if text.channel in self._resting() else None

    def _after(self, row: Row, failure: Failure, judged: Verdict) -> Step:
        step = next_step(self._text(row), failure, judged, RANDOM.random(), row["now"])
        return replace(step, due_in_s=self.receipt_wait_s) if step.state == "unknown" else step

    def _text(self, row: Row) -> Text:
        spare = len(self.providers.get(row["channel"], ())) - row["earlier"] - 1
        return replace(text_of(row), spare=spare)

    def _may_repeat(self, row: Row) -> bool:
        """Whether the call in doubt may be made once more; one that names nobody never was."""
        of_channel = self.providers.get(row["channel"], ())
        called = next((p for p in of_channel if p.name == row["last_provider"]), None)
        return not row["last_provider"] or (called is not None and called.may_repeat)

    def _may_judge_silence(self) -> bool:
        return self.hearing_s() >= self.receipt_wait_s

    def _choose(self, row: Row) -> Provider | None:
        """Take the channel's providers in turn, so that a second try goes another way.

        Not after a call in doubt: only the provider that had it can know the text again.
        """
        now = time.monotonic()
        of_channel = self.providers.get(row["channel"], ())
        if row["doubts"] and row["last_provider"]:
            return next((p for p in of_channel if p.name == row["last_provider"]), None)
        able = [p for p in of_channel if not self.circuits[p.name].is_open(now)] or of_channel
        return able[row["earlier"] % len(able)] if able else None

    def _resting(self) -> list[str]:
        """Name the channels whose every provider rests."""
        now = time.monotonic()
        return [
            channel
            for channel, providers in self.providers.items()
            if providers and all(self.circuits[p.name].is_open(now) for p in providers)
        ]

    def _parcel(self, row: Row) -> Parcel:
        parts = self.keys.unseal(row["sealed"], f"text/{row['id']}")
        content = Content.model_validate(parts["content"])
        template = parts.get("template")
        by_template = template is not None and (row["as_template"] or not _in_window(row))
        return Parcel(
            to=Contact.model_validate(parts["to"]),
            content=content,
            sms=parts.get("sms") or content.body,
            template=template if by_template else None,
            parameters=tuple(parts.get("parameters") or ()),
            tag=str(row["attempt_id"]),
            text_id=str(row["id"]),
            reply_to=parts.get("reply_to"),
            number_id=row["number_id"],
        )

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self.woken.wait()
        except TimeoutError:
            return


def _in_window(row: Row) -> bool:
    """Whether a chat message may be sent: the person wrote less than a day ago."""
    seen = row["last_inbound_at"]
    return seen is not None and row["now"] - seen < WINDOW
