"""The running system that a stampede goes to: where it is, which slot, how many seats."""

import asyncio
import os
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from deploy.local import servers, services
from deploy.local.environment import Stack, local_stack
from deploy.local.paths import StackError
from shared.messages import Session, SlotRef

AHEAD = timedelta(days=60)
SPAN = timedelta(days=90)
SEEN_S = 15.0


@dataclass(frozen=True, slots=True)
class Target:
    """A gateway; `stack` is ours where it is the one of `make up`."""

    url: str
    secret: str
    stack: Stack | None = None

    @property
    def host(self) -> str:
        """The host to connect to."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port to connect to."""
        return urlsplit(self.url).port or 80

    async def read(self, path: str, token: str = "") -> tuple[int, Any]:
        """Read JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=40)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout) as http,
            http.get(self.url + path) as answer,
        ):
            return answer.status, await answer.json(content_type=None)


def find(url: str | None, *, anywhere: bool) -> Target:
    """Find the stack of `make up`, or the gateway that is named; raises StackError.

    It is loopback unless somebody says that another machine's owner knows about it.
    """
    if url is None:
        stack = local_stack(servers.find())
        return Target(stack.url("gateway"), stack.secrets["root"], stack)
    at = urlsplit(url)
    if at.scheme != "http" or not at.hostname:
        raise StackError(f"{url!r} is no address like http://127.0.0.1:8080; TLS is not spoken")
    if not is_loopback(at.hostname) and not anywhere:
        raise StackError(
            f"{at.hostname} is not this machine; a stampede harms who does not expect it. "
            "Say --anywhere if its operator does"
        )
    secret = os.environ.get("ANTREAN_SECRET")
    if not secret:
        raise StackError("set ANTREAN_SECRET to the system's secret: it proves the rivals' phones")
    return Target(url.rstrip("/"), secret)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which slot was asked for, as far as that was said."""

    office: str | None = None
    service: str | None = None
    day: date | None = None
    session: str | None = None
    seats: int | None = None


async def find_slot(target: Target, wanted: Wanted) -> SlotRef:
    """Find the slot that is meant, or open a fresh one with so many seats; raises StackError."""
    offices = (await target.read("/v1/offices"))[1]["offices"]
    known = [one for one in offices if wanted.office in {None, one["office"]}]
    if not known:
        raise StackError(f"there is no office {wanted.office!r}")
    if wanted.seats is not None:
        return await _open(target, known[0], wanted)
    if wanted.day is not None:
        service = wanted.service or known[0]["services"][0]
        session = Session(wanted.session or "morning")
        office = known[0]["office"]
        return SlotRef(office=office, service=service, date=wanted.day, session=session)
    for office in known:
        free = office.get("next_available")
        if free and office["services"]:
            return SlotRef(
                office=office["office"],
                service=wanted.service or office["services"][0],
                date=date.fromisoformat(free["date"]),
                session=Session(free["session"]),
            )
    raise StackError("no office has an open slot; --seats 100 opens one on the local stack")


async def _open(target: Target, office: dict[str, Any], wanted: Wanted) -> SlotRef:
    """Open a slot on a day on which there is none yet, as an operator does."""
    if target.stack is None:
        raise StackError("--seats opens a slot on the local stack alone: name one that is open")
    service = wanted.service or office["services"][0]
    day = wanted.day or await _unused_day(target, office["office"], service)
    words = ["quota", "open", "--office", office["office"], "--service", service, "--days", "all"]
    words += ["--from", str(day), "--to", str(day), "--morning", str(wanted.seats)]
    await asyncio.to_thread(services.run, target.stack, "booking", words)
    slot = SlotRef(office=office["office"], service=service, date=day, session=Session.MORNING)
    await await_seats(target, slot)
    return slot


async def _unused_day(target: Target, office: str, service: str) -> date:
    first = date.today() + AHEAD  # noqa: DTZ011 a day is as good as its neighbour
    span = f"service={service}&from={first}&to={first + SPAN}"
    _, shown = await target.read(f"/v1/offices/{office}/availability?{span}")
    for day in shown["days"]:
        if all(one["state"] == "not_offered" for one in day["sessions"]):
            return date.fromisoformat(day["date"])
    raise StackError(f"{office} has quota on every day from {first} on; name a day with --date")


async def await_seats(target: Target, slot: SlotRef) -> int:
    """Wait until the gateway shows a slot as open; returns its seats. Raises StackError."""
    shown: dict[str, Any] = {}
    try:
        async with asyncio.timeout(SEEN_S):
            while shown.get("state") != "open":
                shown = await show(target, slot)
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise StackError(f"{slot.key} is not open but {shown.get('state')}") from None
    return int(shown["remaining"])


async def show(target: Target, slot: SlotRef) -> dict[str, Any]:
    """Read what the gateway shows of a slot."""
    span = f"service={slot.service}&from={slot.date}&to={slot.date}"
    status, found = await target.read(f"/v1/offices/{slot.office}/availability?{span}")
    if status != 200:
        raise StackError(f"the gateway answers {status} when asked for {slot.key}")
    sessions: list[dict[str, Any]] = found["days"][0]["sessions"]
    return next((one for one in sessions if one["session"] == slot.session.value), {})


async def read_ledger(target: Target, slot: SlotRef) -> tuple[int | None, int | None]:
    """Count a slot's holds in the ledger itself, and read its capacity; on our own stack alone."""
    if target.stack is None:
        return None, None
    db = await asyncpg.connect(target.stack.environment("booking")["ANTREAN_DATABASE_URL"])
    try:
        row = await db.fetchrow(
            """
            SELECT capacity, (SELECT count(*) FROM booking.hold h WHERE h.slot_id = s.id
                                 AND state IN ('held', 'confirmed', 'visited')) AS held
              FROM booking.slot s WHERE id = $1
            """,
            slot.slot_id,
        )
    finally:
        await db.close()
    return (row["held"], row["capacity"]) if row else (None, None)
