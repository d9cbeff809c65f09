import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared import failpoints

ROOT = Path(__file__).parents[3]
SERVICE = {
    "ANTREAN_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "ANTREAN_AMQP_URL": "amqp://nobody@127.0.0.1:1/nothing",
    "ANTREAN_SECRET": "a secret for tests, long enough to be one",
    "ANTREAN_PUBLIC_URL": "http://127.0.0.1:1",
    "ANTREAN_WHATSAPP_API_URL": "http://127.0.0.1:1",
    "ANTREAN_WHATSAPP_TOKEN": "none",
    "ANTREAN_WHATSAPP_PHONE_NUMBER_ID": "1",
    "ANTREAN_SMS_PROVIDERS": '["console"]',
}


def run(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if "ANTREAN" not in name}
    return subprocess.run(  # noqa: S603 our own
        [sys.executable, *words],
        cwd=ROOT,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def reaching(point: str, armed: str) -> "subprocess.CompletedProcess[str]":
    code = f"from shared import failpoints; failpoints.reach('{point}'); print('alive')"
    return run("-c", code, ANTREAN_FAILPOINTS=armed)


def test_a_process_dies_at_a_point_that_is_named_and_says_where() -> None:
    died = reaching("before_ack", "before_commit=0,before_ack")

    assert died.returncode == -signal.SIGKILL
    assert '"point":"before_ack"' in died.stderr


@pytest.mark.parametrize("armed", ["", "before_commit", "before_ack=0"])
def test_it_goes_on_at_every_other_point(armed: str) -> None:
    assert reaching("before_ack", armed).stdout == "alive\n"


@pytest.mark.parametrize("service", ["gateway", "booking", "notifier"])
def test_no_service_starts_with_failpoints_in_production(service: str) -> None:
    refused = run("-m", f"services.{service}", **SERVICE, ANTREAN_FAILPOINTS="before_ack=0.5")

    assert refused.returncode == 1
    assert "ANTREAN_ENVIRONMENT is production" in refused.stderr


def test_an_unknown_point_is_told_at_the_start() -> None:
    named = {"ANTREAN_FAILPOINTS": "before_lunch", "ANTREAN_ENVIRONMENT": "rehearsal"}
    refused = run("-m", "services.booking", **SERVICE, **named)

    assert "there is no point 'before_lunch'" in refused.stderr


def test_every_point_is_somewhere_and_only_once() -> None:
    every = [p.read_text() for top in ("services", "shared") for p in (ROOT / top).rglob("*.py")]

    found = {name: "".join(every).count(f'reach("{name}")') for name in failpoints.NAMES}

    assert found == dict.fromkeys(failpoints.NAMES, 1)
