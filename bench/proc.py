"""What processes used, as the kernel counts it."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Give the seconds of CPU that a process has used; 0 where it is gone."""
    found = _stat(pid)
    return (int(found[11]) + int(found[12])) / TICKS if found else 0.0


def tree_cpu_s(pid: int) -> float:
    """Give the seconds of a process with its children, also of those that have ended."""
    found = _stat(pid)
    if not found:
        return 0.0
    own = sum(int(number) for number in found[11:15]) / TICKS
    return own + sum(cpu_s(child) for child in _children(pid))


def rss_mb(pid: int) -> float:
    """Give the memory of a process that is in use now, in MB; 0 where it is gone."""
    return _kilobytes(f"/proc/{pid}/status", "VmRSS:") / 1024


def pss_mb(pid: int) -> float:
    """Give the same with memory that is shared counted in shares."""
    return _kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:") / 1024


def _kilobytes(path: str, name: str) -> int:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _stat(pid: int) -> list[str]:
    """Read the fields after the name, so that the 14th of proc(5) is number 11."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
