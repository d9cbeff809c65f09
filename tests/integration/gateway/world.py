"""Who calls and where: a client of the gateway, offices with seats."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import aiohttp

from services.gateway.memory import Memory
from shared.db import Pool
from shared.messages import Event, EventBody, EventType, Session, SlotRef, event_name
from tests.conftest import eventually

TODAY = datetime.now(UTC).date()
OFFICES = {("passport",): 400, ("passport", "visa"): 3}
HOURS = {"morning": (time(8), time(12)), "afternoon": (time(13), time(16))}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any


@dataclass(slots=True)
class Client:
    """Calls the gateway, with a token if it has one."""

    http: aiohttp.ClientSession
    base: str
    token: str | None = None
    phone: str = ""
    login_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **more: Any) -> Answer:
        headers = dict(self.headers) | more.pop("headers", {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        async with self.http.request(method, self.base + path, headers=headers, **more) as r:
            text = await r.text()
            is_json = "json" in r.content_type
            return Answer(
                r.status,
                r.headers,
                text,
                await r.json(content_type=None) if is_json else None,
            )

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    async def post(
        self, path: str, body: Any = None, key: str | None = None, **more: Any
    ) -> Answer:
        headers = {"Idempotency-Key": key or uuid4().hex} | more.pop("headers", {})
        return await self.call("POST", path, json=body, headers=headers, **more)


async def nobody_hears(_event: Event) -> None:
    """Tell an event where no gateway runs."""


@dataclass(slots=True)
class World:
    """Offices of this test run."""

    admin: Pool
    tell: Callable[[Event], Awaitable[None]] = nobody_hears
    memories: list[Memory] = field(default_factory=list)
    offices: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    async def found(self) -> None:
        """Make the offices that the tests take, before the gateway reads which there are."""
        for services, count in OFFICES.items():
            names = [f"uji-{len(services)}-{i:03d}" for i in range(count)]
            self.offices[services] = [await self.open_office(n, services) for n in names]

    def new_office(self, services: tuple[str, ...] = ("passport",)) -> str:
        """Take an office that no other test has."""
        return self.offices[services].pop()

    async def new_slot(self, seats: int, **more: Any) -> SlotRef:
        """Open one slot at an office of its own."""
        return await self.open_slot(self.new_office(), seats, **more)

    async def remaining(self, ref: SlotRef) -> int:
        """Count the seats that the ledger has left."""
        found = await self.admin.fetchval(
            "SELECT remaining FROM booking.slot WHERE id = $1", ref.slot_id
        )
        return int(found)

    async def change_silently(self, ref: SlotRef, remaining: int) -> None:
        """Change a slot without a word, so that who shows it must have read it."""
        await self.admin.execute(
            "UPDATE booking.slot SET remaining = $2, seq = seq + 1 WHERE id = $1",
            ref.slot_id,
            remaining,
        )

    async def wait_for_state(self, client: "Client", ref: SlotRef, state: str) -> None:
        """Wait until the availability says so; it may be a second old."""

        async def look() -> bool:
            day = ref.date.isoformat()
            path = f"/v1/offices/{ref.office}/availability?service={ref.service}"
            shown = (await client.get(f"{path}&from={day}&to={day}")).json["days"][0]["sessions"]
            return any(s["session"] == ref.session and s["state"] == state for s in shown)

        await eventually(look)

    async def open_office(self, office: str, services: tuple[str, ...]) -> str:
        """Make an office that frees seats at once, so that a test can see them come back."""
        async with self.admin.acquire() as db:
            await db.execute(
                """
                INSERT INTO booking.office (id, name, short_name, province, timezone, address, lat,
                    lon, release_after_min_s, release_after_max_s)
                VALUES ($1, $2, $2, 'Uji', 'Asia/Jakarta', 'Jalan Contoh 1, Kota Uji', -6.2, 106.8,
                    0, 0) ON CONFLICT DO NOTHING
                """,
                office,
                f"Kanim {office}",
            )
            for place, service in enumerate(services):
                await db.execute(
                    "INSERT INTO booking.service VALUES ($1, $1, $1) ON CONFLICT DO NOTHING",
                    service,
                )
                await db.execute(
                    "INSERT INTO booking.office_service VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    office, service, place,
                )  # fmt: skip
            for session, (starts, ends) in HOURS.items():
                await db.execute(
                    "INSERT INTO booking.session VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    office, session, starts, ends,
                )  # fmt: skip
        return office

    async def open_slot(
        self, office: str, seats: int, day: date | None = None, **more: Any
    ) -> SlotRef:
        """Open one slot, by default the morning of the tenth day from now."""
        ref = SlotRef(
            office=office,
            service=more.pop("service", "passport"),
            date=day or TODAY + timedelta(days=10),
            session=more.pop("session", Session.MORNING),
        )
        starts, ends = HOURS[ref.session.value]
        at = [datetime.combine(ref.date, t, UTC) - timedelta(hours=7) for t in (starts, ends)]
        opens_at = more.pop("opens_at", datetime.now(UTC) - timedelta(days=1))
        async with self.admin.acquire() as db:
            await db.execute(
                """
                INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends,
                    starts_at, ends_at, opens_at, closes_at, window_minutes, queue_letter,
                    capacity, remaining, closed)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $8, 30, 'A', $11, $11, $12)
                """,
                ref.slot_id, ref.office, ref.service, ref.date, ref.session.value, starts, ends,
                at[0], at[1], opens_at, seats, more.pop("closed", False),
            )  # fmt: skip
        await self._make_known(ref)
        return ref

    async def _make_known(self, ref: SlotRef) -> None:
        """Say that a slot was opened, as booking's relay does, and wait for those who remember."""
        await self.tell(event_of(ref, EventType.SLOT_OPENED, seq=0))

        async def look() -> bool:
            return all(m.find(ref) for m in self.memories if m.is_live)

        await eventually(look)


def event_of(ref: SlotRef, kind: EventType, seq: int, **seats: int) -> Event:
    """Write what happened to a slot, as booking does."""
    return Event(
        id=uuid4(),
        type=event_name(kind),
        subject=ref.key,
        time=datetime.now(UTC),
        partitionkey=str(ref.slot_id),
        slotsequence=seq,
        data=EventBody(office=ref.office, service=ref.service, **seats),
    )


LogIn = Callable[..., Awaitable[Client]]


def wish(ref: SlotRef, **more: Any) -> dict[str, Any]:
    """Write the body of a hold for a slot and a person whom nobody knows yet."""
    letters = "".join(chr(97 + int(c, 16)) for c in uuid4().hex[:10])
    applicant = {"name": f"Contoh {letters}", "birth_date": "1990-08-17"} | more
    return ref.model_dump(mode="json") | {"applicant": applicant}
