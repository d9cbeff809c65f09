import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from services.gateway import openapi
from services.gateway.app import ENDPOINTS
from tests.integration.gateway.world import Client, LogIn, World, wish

ROOT = Path(__file__).parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("booking")]


def test_the_committed_document_is_the_served_one() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")

    assert committed == openapi.text(ENDPOINTS, "/")


async def test_the_document_is_served(anybody: Client) -> None:
    served = await anybody.get("/openapi.json")

    assert served.text == openapi.text(ENDPOINTS, "/")
    assert served.json["openapi"].startswith("3.1")


async def test_2000_generated_calls_meet_no_5xx_and_no_other_shape(
    citizen: Client, tmp_path: Path
) -> None:
    document = openapi.document(ENDPOINTS, citizen.base)

    code, cases, text = await run_schemathesis(citizen, tmp_path, document, {}, examples=120)

    assert code == 0, text
    assert cases >= 2_000, text


async def test_generated_calls_about_things_that_exist_meet_no_5xx_either(
    citizen: Client, log_in: LogIn, world: World, tmp_path: Path
) -> None:
    """Random ids name nothing; here they name a slot, a hold and a booking of the caller."""
    other_device = await log_in(citizen.phone)  # a login that is ended soon
    ref = await world.new_slot(seats=50)
    held = await citizen.post("/v1/holds", wish(ref))
    other = await citizen.post("/v1/holds", wish(ref))
    code = {"approval_code": other.json["approval_code"]}
    booked = await citizen.post(f"/v1/holds/{other.json['hold_id']}/confirm", code)
    document = openapi.document(ENDPOINTS, citizen.base)
    for name in ("HoldWish", "SlotWish"):
        fields = document["components"]["schemas"][name]["properties"]
        fields |= {"office": {"enum": [ref.office]}, "date": {"enum": [ref.date.isoformat()]}}
    known = {
        "path.office": ref.office,
        "path.hold": held.json["hold_id"],
        "path.request": held.json["request_id"],
        "path.code": booked.json["booking_code"],
        "path.login": other_device.login_id,
    }

    code_, cases, text = await run_schemathesis(citizen, tmp_path, document, known, examples=30)

    assert code_ == 0, text
    assert cases >= 500, text


async def run_schemathesis(
    citizen: Client,
    where: Path,
    document: dict[str, Any],
    parameters: dict[str, str],
    examples: int,
) -> tuple[int, int, str]:
    """Let schemathesis call every operation, as a citizen who is logged in."""
    (where / "openapi.json").write_text(json.dumps(document))
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items()]
    (where / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines]))
    program = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", "schemathesis.toml", "run", "openapi.json", "--url", citizen.base),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(examples), "--seed", "1", "--workers", "1", "--no-color"),
        *("--header", f"Authorization: Bearer {citizen.token}"),
        # A stream has no end (test_streams.py reads it); logged out, all else would be a 401.
        *("--exclude-path-regex", "/stream$|/logins/current$"),
        cwd=where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await program.communicate()
    text = out.decode()[-4_000:]
    cases = re.search(r"([\d,]+) generated", text)
    return program.returncode or 0, int(cases.group(1).replace(",", "")) if cases else 0, text
