"""B12: WhatsApp during the stampede, from the signed webhook to the provider's acceptance."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import aiohttp

from bench import ledger
from bench.bars.rush import CONNECTIONS, WHOLE
from bench.bench import Bench
from bench.crowd import Crowd, name_of
from bench.figures import percentile, steady
from bench.load import UNANSWERED, Load
from bench.world import World
from deploy.local.environment import BUSINESS_NUMBER, PHONE_NUMBER_ID

PATH = "/v1/channels/whatsapp/webhook"
WRITERS = 100
HEAR_S = 20.0
RATE = 500


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Greetings of so many people, each as a signed webhook of its own."""

    first: int
    count: int
    secret: str

    def make(self) -> list[bytes]:
        """Make every request, as the provider would."""
        return [self._request(number) for number in range(self.first, self.first + self.count)]

    def phones(self) -> list[str]:
        """Give everybody's phone."""
        return [_phone(number) for number in range(self.first, self.first + self.count)]

    def _request(self, number: int) -> bytes:
        body = json.dumps(_webhook(number)).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: sha256={digest}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def chat(bench: Bench) -> None:
    """Let people greet by WhatsApp while others rush, and count until the provider has answers."""
    world = bench.world
    await world.run_only(*WHOLE)
    seats, count = bench.sizes.seats, bench.sizes.stampede
    slot = await world.open_slot(seats)
    await world.settle()
    writers = min(WRITERS, count // 10)
    hooks = Webhooks(world.take_people(writers), writers, world.stack.secrets["whatsapp_app"])
    crowd = Crowd(world.take_people(count), count, (slot,), bench.secret)
    # Both begin together, once both have made their requests; people write as long as it lasts.
    begin_at = time.time() + 1 + count / 8000
    lasts = count / bench.best("stampede", 2000.0)
    came = [lasts * number / writers for number in range(writers)]
    rush = Load(bench.port, crowd, CONNECTIONS, begin_at=begin_at)
    load = Load(bench.port, hooks, 64, arrivals=came, keep=frozenset(), begin_at=begin_at)
    rushed, answers = await asyncio.gather(bench.play(rush), bench.play(load))
    heard = await _heard(world, hooks.phones())
    sent = dict(zip(hooks.phones(), (answers.began_at + moment for moment in came), strict=True))
    took = [moment - sent[phone] for phone, moment in heard.items()]
    bench.note(
        "chat to provider p95",
        percentile(took, 0.95) if len(took) == writers else HEAR_S,
        p50=percentile(took, 0.5),
        heard=len(took),
        of=writers,
        rush_seconds=rushed.seconds,
    )
    await world.settle()
    await ledger.check_told(world.admin, crowd, rushed)
    await ledger.check(world.admin)
    await _flood(bench)


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
    heard = await _heard(bench.world, hooks.phones()[-50:])
    bench.raw["webhook flood"].append({"last 50 answered": len(heard)})


async def _heard(world: World, phones: list[str]) -> dict[str, float]:
    """Give the moment at which the provider took the first answer to each phone."""
    found: dict[str, float] = {}
    base = world.stack.url("simulator")
    end = time.monotonic() + HEAR_S
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < end and len(found) < len(phones):
            for phone in phones:
                if phone not in found:
                    await _look(http, f"{base}/api/phones/{phone}/messages", phone, found)
            await asyncio.sleep(0.2)
    return found


async def _look(http: aiohttp.ClientSession, url: str, phone: str, found: dict[str, float]) -> None:
    async with http.get(url) as answer:
        messages: list[dict[str, Any]] = await answer.json()
    out = [one["at"] for one in messages if one["direction"] == "out"]
    if out:
        found[phone] = datetime.fromisoformat(out[0]).timestamp()


def _phone(number: int) -> str:
    return f"+62813{number:08d}"


def _webhook(number: int) -> dict[str, Any]:
    wa_id = _phone(number).removeprefix("+")
    message = {
        "from": wa_id,
        "id": f"wamid.{uuid4().hex}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "Halo"},
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
