"""A worker that dies of a word: `python -m tests.faults.mortal URL DEADLY FILE`.

In capitals the word ends it as it reads the message already.

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

    broker = Broker(url, "mortal")
    worker = Worker(broker, Work(NOTIFIER_QUEUE, words_of, handle, str.encode))
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: asyncio.ensure_future(worker.stop())
    )
    await broker.start()
    await worker.run()
    await broker.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
