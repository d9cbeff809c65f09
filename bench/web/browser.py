"""Starts the browser's part, which is JavaScript, and reads what it says at its end."""

import asyncio
import json
from typing import Any

from bench.web.seen import Seen
from deploy.local import chromium
from deploy.local.paths import ROOT, StackError

PAGES = ("home", "offices", "dates", "check", "ticket")
VISITS = ROOT / "bench" / "web" / "visits.mjs"
# A phone on a bad line, and the one that Lighthouse takes for the usual one.
SLOW = {"cpu": 6, "latency_ms": 400, "kbps": 400}
USUAL = {"cpu": 4, "latency_ms": 150, "kbps": 1_638}
RUNS = 8  # of Lighthouse for each page, until one holds: other work on the machine ruins some
PHONE = "+6281234500001"


async def visit(wish: dict[str, Any]) -> Seen:
    """Visit all pages; raises StackError where the browser's part does not come to its end."""
    program = await asyncio.to_thread(chromium.find)
    switches = [*chromium.SWITCHES, chromium.NOBODY_ELSE]
    own = {"browser": str(program), "switches": switches, "phone": PHONE}
    words = json.dumps(wish | own | {"slow": SLOW, "usual": USUAL, "runs": RUNS})
    process = await asyncio.create_subprocess_exec(
        "node", VISITS, words, stdout=asyncio.subprocess.PIPE
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode != 0:
        raise StackError(f"the browser's part ended with {process.returncode}")
    return Seen.model_validate_json(said.splitlines()[-1])
