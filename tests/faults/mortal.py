"""A worker that dies of a word: `python -m tests.faults.mortal URL DEADLY FILE`.

In capitals the word ends it as it reads the message already; with `-late` it is done, and then ends
it.

Whatever else it is given it writes to the file, a word a line.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.broker import NOTIFIER_QUEUE, Broker, Incoming
from shared.worker import Work, Worker


def words_in(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split()


def write(file: Path, words: Sequence[str]) -> None:
    with file.open("a", encoding="utf-8") as done:
        done.writelines(f"{word}\n" for word in words)


async def main(url: str, deadly: str, file: str) -> None:
    def words_of(message: Incoming) -> list[str]:
        if deadly.upper().encode() in message.body:
            os.kill(os.getpid(), signal.SIGKILL)
        return message.body.decode().split()

    async def handle(words: Sequence[str]) -> None:
        if deadly in words:
            os.kill(os.getpid(), signal.SIGKILL)
        write(Path(file), words)
        if f"{deadly}-late" in words:
            os.kill(os.getpid(), signal.SIGKILL)

    async def is_open(word: str, _: str) -> bool:
        if word not in words_in(Path(file)):
            return True
        write(Path(file), [f"{word}-was-done"])
        return False

    broker = Broker(url, "mortal")
    worker = Worker(broker, Work(NOTIFIER_QUEUE, words_of, handle, str.encode, is_open))
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: asyncio.ensure_future(worker.stop())
    )
    await broker.start()
    await worker.run()
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
