"""Reads what came of a run: from the ledger, the stream of events, the queues and the phones."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from chaos.chatters import Chatter
from chaos.checker import Facts, Hold, Outcome
from chaos.history import History
from chaos.stage import Stage
from deploy.local import provision
from services.booking import invariants
from shared.broker import BOOKING_QUEUE, NOTIFIER_QUEUE, Broker, Incoming, settle
from shared.db import passing
from shared.keys import Keys, booking_code_of, normal_code
from shared.links import Opened
from shared.messages import Event
from shared.suspects import SUFFIX

STREAM = "antrean.events.stream"
QUEUES = tuple(
    queue + suffix for queue in (BOOKING_QUEUE, NOTIFIER_QUEUE) for suffix in ("", SUFFIX)
)
PARKING = "antrean.parking"
REST_S, HEAR_S = 90.0, 30.0
SAMPLE_S = 0.15
SAMPLED = ("slots oversold", "slots undersold", "withheld mismatch")
BY_CODE = 12  # letters of a booking code

# Texts that wait for a receipt only are at rest: nothing of them will be sent.
UNDER_WAY = """
    SELECT (SELECT count(*) FROM booking.outbox)
         + (SELECT position - published FROM booking.relay)
         + (SELECT count(*) FROM notifier.text WHERE state IN ('waiting', 'sending', 'unknown'))
         + (SELECT count(*) FROM gateway.inbox WHERE state = 'new')
         + (SELECT count(*) FROM gateway.outbox)
"""


@dataclass(slots=True)
class Listener:
    """Reads a stream from its first event, and looks into queues."""

    broker: Broker
    heard: list[tuple[int, str]] = field(default_factory=list)
    channel: Any = None

    @staticmethod
    async def open(stage: Stage) -> "Listener":
        """Connect, as the administrator, by no cable."""
        url = provision.admin_amqp_url(stage.stack.servers, stage.stack.vhost)
        listener = Listener(Broker(url, "chaos"))
        listener.broker.on_consume(listener.listen)
        await listener.broker.start()
        await listener.broker.wait_up()
        return listener

    async def listen(self, connection: Opened) -> None:
        """Begin with the first event."""
        self.heard.clear()
        self.channel = await connection.channel()
        await self.channel.set_qos(prefetch_count=500)
        queue = await self.channel.get_queue(STREAM, ensure=False)
        await queue.consume(self._hear, arguments={"x-stream-offset": "first"})

    async def depth(self, queue: str) -> int:
        """Count the messages that are ready in a queue."""
        found = await self.channel.declare_queue(queue, passive=True)
        return int(found.declaration_result.message_count or 0)

    async def _hear(self, message: Incoming) -> None:
        event = Event.model_validate_json(message.body)
        self.heard.append((int(event.sequence or 0), str(event.id)))
        await settle(message)


async def sample(stage: Stage, wrong: list[str]) -> None:
    """Look at the counters again and again; what is wrong at any moment is wrong."""
    while True:
        for check in (one for one in invariants.COUNTERS if one.name in SAMPLED):
            with passing():
                found = await invariants.find(stage.db, check, whole=True)
                if found.is_broken:
                    wrong.append(check.name)
        await asyncio.sleep(SAMPLE_S)


async def rest(stage: Stage, listener: Listener) -> int:
    """Wait until nothing is under way; says what still is."""
    left = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(REST_S):
            while left := await _under_way(stage, listener):
                await asyncio.sleep(0.3)
    return left


async def _under_way(stage: Stage, listener: Listener) -> int:
    waiting: int = await stage.db.fetchval(UNDER_WAY)
    return waiting + sum([await listener.depth(queue) for queue in QUEUES])


async def collect(
    stage: Stage, history: History, chatters: Sequence[Chatter], listener: Listener
) -> Facts:
    """Read everything, once nothing is under way."""
    waiting = await rest(stage, listener)
    rows = await stage.db.fetch(
        "SELECT id, outcome ->> 'kind' AS kind, outcome ->> 'code' AS code FROM booking.command"
    )
    holds = await stage.db.fetch(
        "SELECT id, owner_key, state, person_key, service_id FROM booking.hold"
    )
    logged = await stage.db.fetch("SELECT position, id FROM booking.event_log")
    with suppress(TimeoutError):
        async with asyncio.timeout(HEAR_S):
            while len({position for position, _ in listener.heard}) < len(logged):
                await asyncio.sleep(0.2)
    due, texts = await _texts(stage, history, chatters)
    for chatter in chatters:
        await chatter.read_all()
    return Facts(
        outcomes={row["id"]: Outcome(row["kind"], row["code"]) for row in rows},
        holds=[
            Hold(h["id"], h["owner_key"].hex(), h["state"], h["person_key"], h["service_id"])
            for h in holds
        ],
        events=list(listener.heard),
        logged={row["position"]: str(row["id"]) for row in logged},
        broken=await invariants.broken(stage.db),
        texts=texts,
        due=due,
        seats_left=await _seats_left(stage),
        waiting=waiting,
        parked=await listener.depth(PARKING),
        samples=0,
        poison=0,
        chat_owners=frozenset(await _chat_owners(stage)),
        broke_off=stage.crew.broke_off,
        unheard=[chatter.phone for chatter in chatters if not chatter.heard],
    )


async def _seats_left(stage: Stage) -> int:
    """Count the seats that nobody has although everybody asked at last."""
    left: int = await stage.db.fetchval(
        "SELECT sum(remaining + withheld) FROM booking.slot WHERE id = ANY ($1)",
        [slot.slot_id for slot in (*stage.slots, stage.chat_slot)],
    )
    return left


async def _chat_owners(stage: Stage) -> list[str]:
    rows = await stage.db.fetch(
        "SELECT DISTINCT owner_key FROM booking.hold WHERE channel = 'whatsapp'"
    )
    return [row["owner_key"].hex() for row in rows]


async def _texts(
    stage: Stage, history: History, chatters: Sequence[Chatter]
) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """Count the texts that are due and those that came, by booking code.

    One for a booking and one for each move, but who moves at once hears of the move alone; what
    ends a booking names no code.
    """
    due: dict[str, tuple[int, int]] = {}
    phones: dict[str, set[str]] = {}
    rows = await stage.db.fetch(BOOKINGS)
    owners = {act.owner: act.phone for act in history.acts}
    keys = Keys.from_secret(stage.stack.secrets["root"])
    owners |= {keys.owner_of(chatter.phone, None): chatter.phone for chatter in chatters}
    for row in rows:
        phone = owners.get(row["owner_key"].hex())
        if phone is not None:
            due[row["code"]] = (1, 1 + row["moves"])
            phones.setdefault(phone, set()).add(row["code"])
    texts: Counter[str] = Counter()
    async with aiohttp.ClientSession() as http:
        for phone, codes in phones.items():
            for shown in await _shown(http, stage.simulator, phone):
                texts.update(codes & _codes_in(shown))
    return due, dict(texts)


async def _shown(http: aiohttp.ClientSession, simulator: str, phone: str) -> list[str]:
    async with http.get(f"{simulator}/api/phones/{phone}/messages") as answer:
        messages = await answer.json()
    return [message["text"] for message in messages if message["direction"] == "out"]


def _codes_in(text: str) -> set[str]:
    """Read the booking codes of a text, however they are written."""
    words = text.replace("*", " ").replace(",", " ").replace(".", " ").split()
    found = (booking_code_of(word) for word in words if len(normal_code(word)) == BY_CODE)
    return {code for code in found if code}


BOOKINGS = """
    SELECT b.code, h.owner_key, h.reschedules AS moves
      FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
"""
