"""The operator's command as an operator starts it: a process of its service."""

import asyncio
import json
import sys
from typing import Any

from deploy.local import paths, services
from deploy.local.environment import Stack


async def operate(stack: Stack, service: str, *words: str) -> tuple[int, str]:
    """Type a command as rina; gives its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", services.MODULES[service], "--by", "rina", *words),
        cwd=paths.ROOT,
        env=services.environment(stack, service),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode()


async def listed(stack: Stack, service: str, group: str) -> list[dict[str, Any]]:
    """Read what an operator's list says."""
    code, text = await operate(stack, service, group, "list", "--json")
    assert code == 0, text
    found: list[dict[str, Any]] = json.loads(text)
    return found


async def audited(admin: Any, act: str, key: str, value: str) -> list[dict[str, Any]]:
    """Read the audit trail's lines of an act upon one thing; each is by rina."""
    rows = await admin.fetch(
        "SELECT who, data FROM booking.audit WHERE act = $1 AND data ->> $2 = $3", act, key, value
    )
    assert {row["who"] for row in rows} <= {"rina"}
    return [
        row["data"] if isinstance(row["data"], dict) else json.loads(row["data"]) for row in rows
    ]
