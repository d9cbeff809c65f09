"""What lies between two processes: it may be slow, deaf, silent, or cut in the midst of a frame."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from deploy.local.paths import free_port

PIECE = 65_536


@dataclass(slots=True, eq=False)
class Cable:
    """A port here that leads to one there.

    `flows` and `answers` are events: while they are not set, nothing goes there, or comes back.
    `eats` lets what comes back vanish; `cut_after` cuts a connection when so many more bytes came
    back over it; `late_s` and `jitter_s` hold each piece up.
    """

    name: str
    host: str
    port: int
    here: int = field(default_factory=free_port)
    late_s: float = 0.0
    jitter_s: float = 0.0
    eats: bool = False
    cut_after: int | None = None
    cuts: int = 0
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    @staticmethod
    def to(name: str, url: str, usual: int = 0) -> "Cable":
        """Make a cable to the server of an address."""
        at = urlsplit(url)
        return Cable(name, at.hostname or "", at.port or usual)

    def through(self, url: str) -> str:
        """Give an address as it is reached through this cable."""
        at = urlsplit(url)
        proof, _, _ = at.netloc.rpartition("@")
        where = f"127.0.0.1:{self.here}"
        return at._replace(netloc=f"{proof}@{where}" if proof else where).geturl()

    async def join(self) -> None:
        """Begin to carry."""
        self.heal()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.here)

    def heal(self) -> None:
        """Be a good cable again."""
        self.late_s = self.jitter_s = 0.0
        self.eats, self.cut_after = False, None
        self.flows.set()
        self.answers.set()

    def silence(self) -> None:
        """Carry nothing any more, and say nothing of it."""
        self.flows.clear()
        self.answers.clear()

    def reset(self) -> None:
        """Break every connection off."""
        for end in self._ends:
            end.transport.abort()

    async def close(self) -> None:
        """Carry no more."""
        if self._server is not None:
            self._server.close()
        self.reset()

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        ends = {back}
        self._ends.add(back)
        try:
            far, forth = await asyncio.open_connection(self.host, self.port)
            ends.add(forth)
            self._ends.add(forth)
            there = asyncio.create_task(self._pour(near, forth, self.flows))
            here = asyncio.create_task(self._pour(far, back, self.answers, comes_back=True))
            await asyncio.wait({there, here}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0.05)  # what was said last is still on its way
            for task in (there, here):
                task.cancel()
            await asyncio.gather(there, here, return_exceptions=True)
        except OSError:
            pass
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _pour(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        gate: asyncio.Event,
        *,
        comes_back: bool = False,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(PIECE):
                if self.late_s or self.jitter_s:
                    await asyncio.sleep(self.late_s + random.uniform(0, self.jitter_s))
                await gate.wait()
                if comes_back and self.eats:
                    continue
                if comes_back and self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        self.cuts += 1
                        sink.write(data[: max(1, len(data) // 2)])
                        return
                sink.write(data)
                await sink.drain()
