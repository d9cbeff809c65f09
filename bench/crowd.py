"""People who ask for seats: sample names, proven phones, and their requests as bytes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.gateway import callers
from services.gateway.logins import Login
from shared.keys import Keys
from shared.messages import (
    Applicant,
    Channel,
    CommandBatch,
    Contact,
    PlaceHold,
    SlotRef,
    command_id,
)

BORN = date(1990, 8, 17)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def name_of(number: int) -> str:
    """Give somebody a name that marks them as sample data; no two numbers have the same."""
    return "Contoh " + "".join(LETTERS[(number // 26**place) % 26] for place in range(7))


def phone_of(number: int) -> str:
    """Give somebody a phone of their own."""
    return f"+62812{number:08d}"


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people from `first` on, each with a phone of their own, who all want these slots.

    They ask one after the other for the slots in turn. `family` of them share a phone, as a
    household does. With `secret` they are proven to the gateway; a peer asks for no proof.
    """

    first: int
    count: int
    slots: tuple[SlotRef, ...]
    secret: str = ""
    wait_s: int = 10
    family: int = 1
    path: str = "/v1/holds"

    def make(self) -> list[bytes]:
        """Make every request."""
        tokens = self.tokens() if self.secret else iter([""] * self.count)
        heads = {slot: _wish(slot) for slot in set(self.slots)}
        return [
            self._request(number, token, heads[self.slots[number % len(self.slots)]])
            for number, token in zip(
                range(self.first, self.first + self.count), tokens, strict=True
            )
        ]

    def commands(self) -> list[PlaceHold]:
        """Make the commands that the gateway would make of the requests."""
        keys = Keys.from_secret(self.secret)
        return [self._command(keys, number) for number in self.numbers]

    def ids(self) -> list[UUID]:
        """Give the ids of the commands, in the order of the requests."""
        keys = Keys.from_secret(self.secret)
        return [command_id(self.owner(keys, n), key_of(n)) for n in self.numbers]

    @property
    def numbers(self) -> range:
        """Give everybody's number."""
        return range(self.first, self.first + self.count)

    def owner(self, keys: Keys, number: int) -> str:
        """Tell whose phone somebody asks from."""
        return keys.owner_of(phone_of(number - number % self.family), None)

    def _command(self, keys: Keys, number: int) -> PlaceHold:
        owner = self.owner(keys, number)
        return PlaceHold(
            id=command_id(owner, key_of(number)),
            owner=owner,
            channel=Channel.MOBILE,
            contact=Contact(phone=phone_of(number - number % self.family)),
            slot=self.slots[number % len(self.slots)],
            applicant=Applicant(name=name_of(number), birth_date=BORN),
        )

    def tokens(self) -> Iterator[str]:
        """Make the token of each, in order; it lives for ten minutes."""
        keys, now = Keys.from_secret(self.secret), datetime.now(UTC)
        ends, token, whose = now + timedelta(hours=12), "", -1
        for number in self.numbers:
            if number - number % self.family != whose:
                whose = number - number % self.family
                contact = {"phone": phone_of(whose), "bsuid": None}
                login = Login(self.owner(keys, number), contact, ends, ends)
                token = callers.issue(keys, f"bench-{whose}", login, now)[0]
            yield token

    def _request(self, number: int, token: str, wish: tuple[str, str]) -> bytes:
        body = f"{wish[0]}{name_of(number)}{wish[1]}"
        proof = f"Authorization: Bearer {token}\r\n" if token else ""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{proof}"
            f"Idempotency-Key: {key_of(number)}\r\nPrefer: wait={self.wait_s}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def key_of(number: int) -> str:
    """Give somebody's Idempotency-Key."""
    return f"bench-{number}"


def _wish(slot: SlotRef) -> tuple[str, str]:
    """Write the body that asks for a slot, in two parts around the name."""
    who = {"name": "@", "birth_date": BORN.isoformat()}
    before, after = json.dumps({**slot.model_dump(mode="json"), "applicant": who}).split("@")
    return before, after


def packed(commands: Sequence[PlaceHold], size: int) -> list[bytes]:
    """Pack commands into messages as the gateway does under load."""
    starts = range(0, len(commands), size)
    groups = (tuple(commands[start : start + size]) for start in starts)
    return [CommandBatch(commands=group).model_dump_json().encode() for group in groups]


def get(path: str, **headers: str) -> bytes:
    """Write a GET request."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode()
