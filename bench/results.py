"""What is left of a run: the figures as JSON, the pictures, and under what they were taken."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isnan
from pathlib import Path
from typing import Any

from bench.bars.rules import Row
from bench.bench import Bench
from bench.charts import Chart, Line, draw
from deploy.local import postgres
from deploy.local.paths import ROOT, StackError

FOLDER = Path(__file__).parent / "results"
LIBRARIES = ("aiohttp", "aio-pika", "asyncpg", "pydantic", "uvloop", "flask", "gunicorn", "psycopg")


def load_now() -> dict[str, Any]:
    """Tell how busy the machine is."""
    return {"cores": os.cpu_count(), "loadavg": [round(one, 2) for one in os.getloadavg()]}


def circumstances(bench: Bench, before: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Gather under what a run was made."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "cores": os.cpu_count(),
        "machine": {"before": before, "after": load_now()},
        "seconds": round(seconds),
        "repetitions": bench.sizes.repetitions,
        "versions": versions(),
    }


def save(name: str, rows: Sequence[Row], bench: Bench, around: dict[str, Any]) -> Path:
    """Write a run's results."""
    bars = [
        {
            "name": row.name,
            "what": row.what,
            "value": round(row.value, 4),
            "repetitions": row.repetitions,
            "bar": row.bar,
            "stretch": row.stretch,
            "holds": row.holds,
            "unit": row.unit,
            "least": round(row.least, 4),
            "most": round(row.most, 4),
            "broken": list(row.broken),
        }
        for row in rows
    ]
    figures = {key: [_plain(one) for one in found] for key, found in bench.samples.items()}
    whole = {"bars": bars, **around, "failed": bench.failed, "figures": figures}
    whole["raw"] = dict(bench.raw)
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1, default=str) + "\n")
    return path


def pictures(bench: Bench, around: dict[str, Any], folder: Path) -> list[Path]:
    """Draw what was measured of the three pictures."""
    note = f"{around['cores']} cores, {around['date'][:10]}, commit {around['commit']}"
    charts = {
        "latency-against-load": _latency(bench, note),
        "rate-against-batch": _batch(bench, note),
        "stampede-over-time": _stampede(bench, note),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, chart in charts.items():
        if any(line.points for line in chart.lines):
            path = folder / f"{name}.svg"
            path.write_text(draw(chart))
            written.append(path)
    return written


def _latency(bench: Bench, note: str) -> Chart:
    points = bench.raw.get("latency against load", [])
    lines = [
        Line(name, [(point["rate"], 1000 * point[name]) for point in points])
        for name in ("p50", "p99")
    ]
    title = "Latency to the final answer, by load"
    return Chart(title, "requests per second", "milliseconds", lines, note=note)


def _batch(bench: Bench, note: str) -> Chart:
    points = [(one["batch"], one["rate"]) for one in bench.raw.get("rate against batch", [])]
    lines = [Line("one worker, one slot", points)]
    title = "Decisions of one worker, by size of the batch"
    across = "commands decided together (logarithmic)"
    return Chart(title, across, "decisions per second", lines, note=note, log_across=True)


def _stampede(bench: Bench, note: str) -> Chart:
    runs = [one for one in bench.raw.get("stampede", []) if "curve" in one]
    curve = runs[-1]["curve"] if runs else {"seconds": [], "answers": [], "remaining": []}
    lines = [
        Line("answers per second", list(zip(curve["seconds"], curve["answers"], strict=True))),
        Line("seats left", list(zip(curve["seconds"], curve["remaining"], strict=True)), True),  # noqa: FBT003 it stands on the right
    ]
    title = "A stampede over time"
    return Chart(title, "seconds", "answers per second", lines, right="seats", note=note)


def _plain(number: float) -> float | None:
    """Write a figure; JSON has no word for one that is missing."""
    return None if isnan(number) else round(number, 4)


def versions() -> dict[str, str]:
    """Name what runs; raises StackError where a part of it is missing."""
    try:
        found = {name: version(name) for name in LIBRARIES}
    except PackageNotFoundError as error:
        raise StackError(f"{error.name} is missing; `make bench` installs it") from error
    words = subprocess.run(
        [postgres.programs() / "postgres", "--version"], check=False, capture_output=True, text=True
    )
    return found | {"python": platform.python_version(), "postgres": words.stdout.strip()}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], check=False, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()
