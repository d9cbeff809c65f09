import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local import system

MARK = f"antrean-{os.getpid()}"


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours, told from others by its environment."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={"ANTREAN_MARK": MARK}
    ) as process:
        # Its start is told before the kernel has put down what it was started with.
        system.wait_until(lambda: bool(system.environment_of(process.pid)), "its start", 10)
        yield process
        process.kill()


def find() -> int | None:
    return system.find_process(
        lambda words, env: "python" in words[0] and env.get("ANTREAN_MARK") == MARK
    )


def test_a_process_is_found_by_what_it_was_started_with(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    assert find() == sleeper.pid
    assert system.environment_of(sleeper.pid)["ANTREAN_MARK"] == MARK


def test_a_process_that_is_gone_is_not_found(sleeper: "subprocess.Popen[bytes]") -> None:
    system.stop(sleeper.pid)

    assert find() is None
    assert system.environment_of(10**9) == {}
