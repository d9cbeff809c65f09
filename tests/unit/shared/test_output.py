"""Whoever reads the logs, or does not, makes nobody wait."""

import os
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from shared import output
from shared.output import DROPPED, KEPT_BYTES, Output

LINE = "x" * 999 + "\n"


class Pipe:
    """A pipe in place of standard output, read when a test says so."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def fileno(self) -> int:
        return self.writer

    def read(self) -> str:
        found = b""
        try:
            while more := os.read(self.reader, 1 << 16):
                found += more
        except BlockingIOError:
            pass
        return found.decode()

    def close(self) -> None:
        os.close(self.reader)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    made = Pipe()
    monkeypatch.setattr(output, "sys", SimpleNamespace(stdout=made))
    yield made
    os.close(made.writer)


def dropped() -> float:
    return DROPPED._value.get()


def test_lines_are_read_as_they_were_written(pipe: Pipe) -> None:
    out = Output()
    out.write("one\n")
    out.write("zwölf\n")
    assert pipe.read() == "one\nzwölf\n"


def test_a_reader_that_comes_back_misses_nothing_that_was_kept(pipe: Pipe) -> None:
    out, before = Output(), dropped()
    for number in range(400):  # several times what a pipe holds
        out.write(f"{number:03}{LINE}")
    seen = pipe.read()
    for _ in range(20):
        out.write("")
        seen += pipe.read()
    assert [line[:3] for line in seen.splitlines()] == [f"{n:03}" for n in range(400)]
    assert dropped() == before


def test_a_reader_that_is_stuck_makes_nobody_wait_and_costs_no_more_memory(pipe: Pipe) -> None:
    out, before = Output(), dropped()
    number = 2 * KEPT_BYTES // len(LINE)
    for _ in range(number):
        out.write(LINE)
    assert 0 < dropped() - before < number
    seen = pipe.read()
    assert set(seen.splitlines(keepends=True)[:-1]) == {LINE}  # no line was cut
    assert len(out._waiting) <= KEPT_BYTES


def test_a_reader_that_is_gone_makes_nobody_fall(pipe: Pipe) -> None:
    out, before = Output(), dropped()
    pipe.close()
    out.write("one\ntwo\n")
    assert dropped() - before == 2


def test_without_a_descriptor_it_is_the_same_as_standard_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.OUTPUT.write("shown\n")
    assert capsys.readouterr().out == "shown\n"
