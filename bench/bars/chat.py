"""B12: WhatsApp during the stampede, from the signed webhook to the provider's acceptance.

Half of the people greet, and are answered by the conversation alone. The others ask for a seat in
one message, and are answered when booking has decided: their time ends with the text that holds
the code of their seat, whatever they are told before.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import aiohttp

from bench import ledger
from bench.bars.rush import CONNECTIONS, WHOLE, check_sold
from bench.bench import Bench
from bench.crowd import BORN, Crowd, name_of
from bench.figures import percentile, steady
from bench.load import UNANSWERED, Answers, Load
from bench.world import World
from deploy.local.environment import BUSINESS_NUMBER, DEFAULT_OFFICE, PHONE_NUMBER_ID
from shared.messages import Session, SlotRef

PATH = "/v1/channels/whatsapp/webhook"
WRITERS = 200
GREETING, AGREE = "Halo", "Setuju"
HEAR_S, LAST_S = 20.0, 5.0
RATE = 500


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What so many people write, each as a signed webhook of its own; `{name}` is theirs."""

    first: int
    count: int
    secret: str
    text: str = GREETING

    def make(self) -> list[bytes]:
        """Make every request, as the provider would."""
        return [self._request(number) for number in self._numbers]

    def phones(self) -> list[str]:
        """Give everybody's phone."""
        return [_phone(number) for number in self._numbers]

    @property
    def _numbers(self) -> range:
        return range(self.first, self.first + self.count)

    def _request(self, number: int) -> bytes:
        body = json.dumps(_webhook(number, self.text.format(name=name_of(number)))).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Writers:
    """Several groups of people who write in turn."""

    groups: tuple[Webhooks, ...]

    def make(self) -> list[bytes]:
        """Make every request."""
        return in_turn([group.make() for group in self.groups])

    def phones(self) -> list[str]:
        """Give everybody's phone, in the order of the requests."""
        return in_turn([group.phones() for group in self.groups])


def in_turn(lists: list[list[Any]]) -> list[Any]:
    """Take one of each list after the other."""
    return [one for some in zip(*lists, strict=True) for one in some]


def asking(slot: SlotRef) -> str:
    """Write the one message that asks for a seat; the office is the default one."""
    session = "pagi" if slot.session is Session.MORNING else "siang"
    return f"#{{name}}#{BORN:%d-%m-%Y}#{slot.date:%d-%m-%Y}#{session}"


async def chat(bench: Bench) -> None:
    """Let people write by WhatsApp while others rush, and count until the provider has answers."""
    world, count = bench.world, bench.sizes.stampede
    await world.run_only(*WHOLE)
    slot = await world.open_slot(bench.sizes.seats)
    each = min(WRITERS, count // 10) // 2
    theirs = await world.open_slot(each, DEFAULT_OFFICE)
    await bench.settle()
    writers = _writers(bench, each, theirs)
    crowd = Crowd(world.take_people(count), count, (slot,), bench.secret)
    wrote, rushed = await _both(bench, writers, crowd)
    greeters, askers = writers.groups
    greeted = await _heard(world, greeters.phones(), is_answer)
    held = await _heard(world, askers.phones(), has_seat)
    one = _note(bench, "greeting to provider p95", greeters, greeted, wrote)
    other = _note(bench, "asking to seat's code p95", askers, held, wrote)
    bench.note("chat to provider p95", max(one, other), rush_seconds=rushed.seconds)
    await bench.settle()
    await ledger.check_told(world.admin, crowd, rushed)
    await ledger.check(world.admin)
    await check_sold(bench, theirs, each, is_exact=len(held) == each)
    await _flood(bench)


def _writers(bench: Bench, each: int, slot: SlotRef) -> Writers:
    """Give as many who greet as who ask for a seat of a slot."""
    secret, first = bench.world.stack.secrets["whatsapp_app"], bench.world.take_people(2 * each)
    greeters = Webhooks(first, each, secret)
    return Writers((greeters, Webhooks(first + each, each, secret, asking(slot))))


async def _both(bench: Bench, writers: Writers, crowd: Crowd) -> tuple[dict[str, float], Answers]:
    """Let people write as long as others rush; gives when each phone wrote, and the rush.

    Both begin together, once both have made their requests.
    """
    begin_at, phones = time.time() + 1 + crowd.count / 8000, writers.phones()
    lasts = crowd.count / bench.best("stampede", 2000.0)
    came = [lasts * number / len(phones) for number in range(len(phones))]
    rush = Load(bench.port, crowd, CONNECTIONS, begin_at=begin_at)
    load = Load(bench.port, writers, 64, arrivals=came, keep=frozenset(), begin_at=begin_at)
    rushed, answers = await asyncio.gather(bench.play(rush), bench.play(load))
    wrote = dict(zip(phones, (answers.began_at + one for one in came), strict=True))
    return wrote, rushed


def _note(
    bench: Bench, name: str, group: Webhooks, heard: dict[str, float], wrote: dict[str, float]
) -> float:
    """Keep how long a group waited; who heard nothing waited for longer than anybody."""
    took = [heard[phone] - wrote[phone] if phone in heard else HEAR_S for phone in group.phones()]
    p95, p50 = percentile(took, 0.95), percentile(took, 0.5)
    bench.note(name, p95, p50=p50, heard=len(heard), of=group.count)
    return p95


async def _flood(bench: Bench) -> None:
    """Let webhooks come at 500/s and time their answers alone."""
    arrivals = steady(RATE, bench.sizes.webhooks_s)
    first = bench.world.take_people(len(arrivals))
    hooks = Webhooks(first, len(arrivals), bench.world.stack.secrets["whatsapp_app"])
    answers = await bench.play(Load(bench.port, hooks, 256, arrivals=arrivals, keep=frozenset()))
    times = answers.times(200)
    bench.note("webhook p50", 1000 * percentile(times, 0.5), answered=len(times))
    bench.note("webhook p99", 1000 * percentile(times, 0.99))
    bench.note("webhooks refused", len(answers.status) - len(times), none=answers.count(UNANSWERED))
    heard = await _heard(bench.world, hooks.phones()[-50:], is_answer, LAST_S)
    bench.raw["webhook flood"].append({"last 50 answered": len(heard)})


def is_answer(_message: dict[str, Any]) -> bool:
    """Take any answer."""
    return True


def has_seat(message: dict[str, Any]) -> bool:
    """Tell the answer that gives a seat: it can be agreed to."""
    return any(button["title"] == AGREE for button in message.get("buttons") or ())


async def _heard(
    world: World,
    phones: list[str],
    is_wanted: Callable[[dict[str, Any]], bool],
    patience_s: float = HEAR_S,
) -> dict[str, float]:
    """Give the moment at which the provider took the first such answer to each phone."""
    found: dict[str, float] = {}
    base = world.stack.url("simulator")
    end = time.monotonic() + patience_s
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < end and len(found) < len(phones):
            for phone in phones:
                if phone not in found:
                    url = f"{base}/api/phones/{phone}/messages"
                    async with http.get(url) as answer:
                        messages: list[dict[str, Any]] = await answer.json()
                    wanted = (m for m in messages if m["direction"] == "out" and is_wanted(m))
                    if first := next(wanted, None):
                        found[phone] = datetime.fromisoformat(first["at"]).timestamp()
            await asyncio.sleep(0.2)
    return found


def _phone(number: int) -> str:
    return f"+62813{number:08d}"


def _webhook(number: int, text: str) -> dict[str, Any]:
    wa_id = _phone(number).removeprefix("+")
    message = {
        "from": wa_id,
        "id": f"wamid.{uuid4().hex}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": BUSINESS_NUMBER.removeprefix("+"),
            "phone_number_id": PHONE_NUMBER_ID,
        },
        "contacts": [{"profile": {"name": name_of(number)}, "wa_id": wa_id}],
        "messages": [message],
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
