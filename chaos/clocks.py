"""Clocks that are wrong: a process believes what a file says (libfaketime).

Only the time of day is changed: how long something takes, everybody's machine knows.
"""

from dataclasses import dataclass
from pathlib import Path

from deploy.local import system

PATTERN = "*/faketime/libfaketime.so.1"
RIGHT = "+0"


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The clock of one process."""

    file: Path

    @classmethod
    def at(cls, file: Path) -> "WrongClock":
        """Make one that is right at first."""
        clock = cls(file)
        clock.set(RIGHT)
        return clock

    def set(self, offset: str) -> None:
        """Set it: by how much it is off, such as "+1h" or "-1h"; it is believed within a second."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        new.replace(self.file)

    def environment(self) -> dict[str, str]:
        """Give the settings with which a process goes by it."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def _library() -> Path:
    found = next(Path("/usr/lib").glob(PATTERN), None)
    if found is None:
        system.install("libfaketime")
        found = next(Path("/usr/lib").glob(PATTERN))
    return found
