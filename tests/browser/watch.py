"""What no page may do while a test looks: fail, complain, break its policy, ask another host.

A policy that is broken Chromium says in the console, as it does of an answer that is a no.
"""

import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError

Theme = Literal["light", "dark"]
Language = Literal["id", "en"]

# Whether anybody is logged in is found out by asking; a gateway that is busy with other
# things says so and is asked again. Chromium writes each such answer into the console.
BY_DESIGN = ((re.compile("/v1/(bookings|logins/current)"), "401"), (re.compile("/v1/.*"), "503"))
NO_LINE = "net::ERR_"


@dataclass  # without slots: Playwright keeps its own beside it
class Watch:
    """Notes what went wrong in the pages of one test."""

    origin: str
    faults: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    expected: list[tuple[re.Pattern[str], str]] = field(default_factory=lambda: [*BY_DESIGN])

    def expect(self, path: str, *what: int | str) -> None:
        """Take it for right that calls of a path (a pattern for all of it) end so.

        `what` is a status, or a word of Chromium's such as `net::ERR_FAILED`.
        """
        self.expected += [(re.compile(path), str(one)) for one in what]

    def expect_no_line(self) -> None:
        """Take it for right that nothing at all is reached."""
        self.expect(".*", NO_LINE)

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages of a context, and its service worker."""
        context.on("weberror", self._note_error)
        context.on("console", self._note_words)
        context.on("request", self._note_request)

    def _note_error(self, error: WebError) -> None:
        self.faults.append(f"error in {error.page.url if error.page else '?'}: {error.error}")

    def _note_words(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        where = message.location.get("url", "")
        path = urlsplit(where).path
        is_expected = any(
            pattern.fullmatch(path) and what in message.text for pattern, what in self.expected
        )
        if not is_expected:
            self.faults.append(f"console: {message.text} ({where})")

    def _note_request(self, request: Request) -> None:
        self.asked.append(request)
        there = urlsplit(request.url)
        if there.scheme in {"data", "blob"}:
            return
        if f"{there.scheme}://{there.netloc}" != self.origin:
            self.faults.append(f"request to another host: {request.url}")


class OpenPage(Protocol):
    """Gives an empty page of a browser that knows nothing yet; see the fixture `open_page`."""

    def __call__(
        self,
        width: int = 360,
        theme: Theme = "light",
        language: Language = "id",
        *,
        offline: bool = False,
        **more: Any,
    ) -> Awaitable[Page]: ...
