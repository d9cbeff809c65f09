"""Pages that stay open: each is told of the seats that it shows, when they change.

What changed is found by comparing what is shown with what was, once for all pages that show the
same, so that seats and hours, time and a memory in doubt need no ways of their own.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

import structlog
from aiohttp import web
from prometheus_client import Gauge

from services.gateway import availability, clock
from services.gateway.availability import Board, Place, Span
from services.gateway.catalogue import Catalogue
from services.gateway.memory import Offer
from services.gateway.pace import Pace
from services.gateway.problems import overloaded
from services.gateway.shown import Shown
from shared.db import passing

log = structlog.get_logger(__name__)

TICK_S = 1.0
BEAT_S = 10.0
PAUSE_S = 0.2  # at most five tellings a second
TOLD_PER_S = 2_000  # chunks that one gateway writes in a second; beyond it is told less often
SHARE = 0.2  # of a gateway's time goes into describing: 250 spans of a month, all hot, every 2 s
SPANS = 32  # that are watched of one office, of all its services
LIFE_S = (3_000.0, 3_600.0)  # then a page comes again, perhaps to another gateway
RETRY_MS = (1_000, 5_000)
UNREAD = 16  # chunks that wait for a page that does not read, before it is cut off
BEAT = b": beat\n\n"

OPEN = Gauge("antrean_streams_open", "Pages that are kept up to date")


class Page:
    """One open page; `chunks` are what it is still to be sent, and None its end."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._ends_at = time.monotonic() + random.uniform(*LIFE_S)  # noqa: S311 no secret
        self._ended_at: float | None = None

    def begin(self, shown: Shown) -> None:
        """Send it what there is, unless it says that it shows that already."""
        again = f"retry: {random.randint(*RETRY_MS)}\n\n".encode()  # noqa: S311 no secret
        has_it = self._request.headers.get("Last-Event-ID") == shown.id
        self.chunks.put_nowait(again if has_it else again + shown.whole())

    def send(self, chunk: bytes) -> None:
        """Send it something; one that does not read is cut off, not remembered."""
        if self.chunks.qsize() < UNREAD:
            self.chunks.put_nowait(chunk)
        else:
            self._cut_off()

    def end(self) -> None:
        """Let it go; one that is asked again, and does not read, is cut off."""
        now = time.monotonic()
        if self._ended_at is None:
            self._ended_at = now
            self.chunks.put_nowait(None)
        elif now >= self._ended_at + TICK_S:
            self._cut_off()

    def _cut_off(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def is_over(self) -> bool:
        """Whether nobody is there any more, or it was open for long enough."""
        transport = self._request.transport
        is_gone = transport is None or transport.is_closing()
        return is_gone or time.monotonic() > self._ends_at


class Watch:
    """One service at one office on some days, and the pages that show it."""

    def __init__(
        self, catalogue: Catalogue, pace: Pace, place: Place, service: str, span: Span
    ) -> None:
        self._catalogue, self._pace = catalogue, pace
        self._place, self._service, self._span = place, service, span
        self._work_s = 0.0  # that its last description took
        self._woken = asyncio.Event()
        self._beat_at = time.monotonic() + BEAT_S
        self.pages: set[Page] = set()
        self.shown: Shown

    async def look(self) -> bytes:
        """See what there is; returns what is new since the last look, or nothing.

        Only the first look, for which a page waits, has no turn to wait for.
        """
        board = await self._catalogue.board(self._place, self._service)
        before = getattr(self, "shown", None)
        if before is not None:
            if before.holds(board, clock.now()):
                return b""
            if wait_s := self._pace.take(self._work_s / SHARE):
                await asyncio.sleep(wait_s)
                if not self.pages:
                    return b""
                board = await self._catalogue.board(self._place, self._service)
        began = time.thread_time()
        news = self._describe(board, before)
        self._work_s = time.thread_time() - began
        return news

    def _describe(self, board: Board, before: Shown | None) -> bytes:
        now = clock.now()
        body = availability.describe(self._place, self._service, board, self._span, now)
        self.shown = Shown(board, body, now)
        if before is None or before.id == self.shown.id:
            return b""
        return self.shown.news(before)

    async def run(self) -> None:
        """Tell the pages what changes, for as long as there are any."""
        offer = self._offer()
        offer.wakes.append(self._woken.set)
        try:
            while self.pages:
                news, before = b"", self.shown
                with passing():
                    news = await self.look()
                self._tell(news)
                if news:
                    self._pace.take(len(self.pages) / TOLD_PER_S)
                if self.shown is not before:
                    await asyncio.sleep(PAUSE_S)
                await self._rest()
        finally:
            offer.wakes.remove(self._woken.set)
            for page in self.pages:
                page.end()

    def _offer(self) -> Offer:
        """Give what to watch; of a service that is not offered nothing is remembered."""
        if self._service in self._place.services:
            return self._catalogue.memory.offer(self._place.id, self._service)
        return Offer(self._place.id, self._service)

    async def _rest(self) -> None:
        """Wait for a change of a slot, for a moment at which one opens or closes, or a second."""
        wait_s = min(TICK_S, self.shown.turns_in_s(clock.now(), TICK_S))
        try:
            async with asyncio.timeout(max(0.0, wait_s)):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()

    def _tell(self, news: bytes) -> None:
        if not news and time.monotonic() >= self._beat_at:
            news = BEAT
        if news:
            self._beat_at = time.monotonic() + BEAT_S
        for page in self.pages:
            if page.is_over():
                page.end()
            elif news:
                page.send(news)


class Streams:
    """All open pages of a gateway, so many at most."""

    def __init__(self, catalogue: Catalogue, most: int) -> None:
        self._catalogue, self._most, self._pace = catalogue, most, Pace()
        self._watches: dict[tuple[str, str, Span], Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False
        self.count = 0

    def is_full(self) -> bool:
        """Whether no more pages can be kept up to date."""
        return self._is_ending or self.count >= self._most

    @contextlib.asynccontextmanager
    async def page(
        self, request: web.Request, place: Place, service: str, span: Span
    ) -> AsyncIterator[Page]:
        """Keep a page up to date while the block runs; nothing of it is left behind.

        Raises ProblemError 503 where no more spans of that office are watched.
        """
        self._count(1)
        try:
            watch = await self._find_watch(place, service, span)
            page = Page(request)
            page.begin(watch.shown)
            watch.pages.add(page)
            if self._is_ending:
                page.end()
            try:
                yield page
            finally:
                watch.pages.discard(page)
        finally:
            self._count(-1)

    def end(self) -> None:
        """Let all pages go, and take no more: the process is about to end."""
        self._is_ending = True
        for page in [page for watch in self._watches.values() for page in watch.pages]:
            page.end()

    async def _find_watch(self, place: Place, service: str, span: Span) -> Watch:
        """Find what these pages share, or begin it; it ends with the last of them."""
        key = (place.id, service, span)
        if key not in self._watches:
            self._leave_room(place)
            made = Watch(self._catalogue, self._pace, place, service, span)
            await made.look()
            if key not in self._watches:
                self._leave_room(place)  # others may have come meanwhile
                self._watches[key] = made
                task = asyncio.create_task(self._keep(key, made))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return self._watches[key]

    def _leave_room(self, place: Place) -> None:
        if sum(office == place.id for office, _, _ in self._watches) >= SPANS:
            raise overloaded()

    async def _keep(self, key: tuple[str, str, Span], watch: Watch) -> None:
        try:
            await watch.run()
        except Exception:
            log.exception("watch_failed")
        finally:
            del self._watches[key]

    def _count(self, more: int) -> None:
        self.count += more
        OPEN.set(self.count)
