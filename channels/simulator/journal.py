"""What was called, by us and of us: the last calls both ways, shown without secrets."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from channels.simulator.curls import curl_of
from channels.simulator.gist import gist_of

Kind = Literal["webhook", "receipt", "api"]
KEPT = 500
MOST_BYTES = 20_000
HIDDEN = "[hidden]"  # as in the services' logs
TOKENS = re.compile(r"eyJ[\w-]{10,}\.[\w.-]+")
SECRET_HEADERS = {"authorization", "x-hub-signature-256", "x-antrean-signature"}
SECRET_HEADERS |= {"x-twilio-signature"}
FIRST_GOOD, FIRST_BAD = 200, 300


@dataclass(slots=True)
class Call:
    """One call: a webhook or an SMS receipt of ours, or what the system asked of the APIs.

    `answer` is a status, a word where there was none, or None as long as it is awaited.
    """

    kind: Kind
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    phones: tuple[str, ...] = ()
    id: int = 0
    at: str = ""
    began_s: float = 0.0
    ms: float = 0.0
    answer: int | str | None = None
    answer_body: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all of the body was kept, so that it can be repeated."""
        return len(self.body) <= MOST_BYTES

    @property
    def is_failed(self) -> bool:
        """Whether it was not taken, as far as the answer tells."""
        if self.answer is None:
            return False
        is_good = isinstance(self.answer, int) and FIRST_GOOD <= self.answer < FIRST_BAD
        return not is_good or '"error":' in self.answer_body


def _ignore(_call: Call) -> None:
    """Nobody listens yet."""


@dataclass(slots=True)
class Journal:
    """The last calls, oldest first; `on_change` hears of each that begins or ends."""

    secrets: Iterable[str] = ()
    on_change: Callable[[Call], None] = _ignore
    _calls: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT))
    _last: int = 0

    def begin(self, call: Call) -> Call:
        """Write down a call whose answer is awaited."""
        self._last += 1
        call.id, call.began_s = self._last, time.perf_counter()
        call.body = call.body[: MOST_BYTES + 1]
        call.at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._calls.append(call)
        self.on_change(call)
        return call

    def end(self, call: Call, answer: int | str, body: str = "") -> None:
        """Write down what was answered."""
        call.ms = round((time.perf_counter() - call.began_s) * 1000, 1)
        call.answer, call.answer_body = answer, body[:MOST_BYTES]
        self.on_change(call)

    def find(self, number: int) -> Call | None:
        """Find a call by its id."""
        return next((call for call in self._calls if call.id == number), None)

    def clear(self) -> None:
        """Forget every call; ids go on."""
        self._calls.clear()

    def shown(
        self, *, phone: str = "", kind: str = "", failed: bool = False, limit: int = KEPT
    ) -> list[dict[str, Any]]:
        """Give the last calls as the control API shows them, oldest first."""
        wanted = (
            call
            for call in reversed(self._calls)
            if (not phone or phone in call.phones)
            and (not kind or kind == call.kind)
            and (not failed or call.is_failed)
        )
        last = [call for call, _ in zip(wanted, range(limit), strict=False)]
        return [self._shown(call) for call in reversed(last)]

    def _shown(self, call: Call) -> dict[str, Any]:
        body = self._hidden(call.body[:MOST_BYTES].decode(errors="replace"))
        curl = curl_of(call.method, call.url, call.headers, body) if call.is_whole else None
        names = ("id", "kind", "at", "method", "phones", "answer", "ms")
        return {name: getattr(call, name) for name in names} | {
            "what": gist_of(call.kind, call.url, body),
            "failed": call.is_failed,
            "url": self._hidden(call.url),
            "headers": {name: _header(name, value) for name, value in call.headers.items()},
            "body": body,
            "answer_body": self._hidden(call.answer_body),
            "curl": curl and self._hidden(curl),
        }

    def _hidden(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return TOKENS.sub(HIDDEN, text)


def _header(name: str, value: str) -> str:
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {HIDDEN}" if space else HIDDEN
