from pathlib import Path

import pytest

from deploy.definitions import USERS
from deploy.local import __main__ as local
from deploy.local import services
from deploy.local.environment import PORTS, SECRETS, Stack
from deploy.local.provision import ROLES, Servers

SERVERS = Servers(
    "postgresql://admin:x@127.0.0.1:5432/postgres",
    "http://admin:x@127.0.0.1:15672",
    "127.0.0.1:5672",
    dict.fromkeys((*ROLES, *USERS), "x"),
)
STACK = Stack(SERVERS, "antrean", "antrean", PORTS, dict.fromkeys(SECRETS, "x" * 40))


def test_the_gateway_heeds_a_limit_that_is_said_for_its_one_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTREAN_ADDRESS_PER_MINUTE", "5000")

    assert services.environment(STACK, "gateway")["ANTREAN_ADDRESS_PER_MINUTE"] == "5000"
    assert "ANTREAN_ADDRESS_PER_MINUTE" not in services.environment(STACK, "booking")


def test_no_other_setting_of_whoever_starts_it_reaches_a_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTREAN_SECRET", "somebody else's")
    monkeypatch.setenv("ANTREAN_BATCH", "1")

    found = services.environment(STACK, "booking")

    assert found["ANTREAN_SECRET"] == "x" * 40
    assert "ANTREAN_BATCH" not in found


@pytest.mark.parametrize(
    ("changed", "anew"),
    [
        ("services/a.py", {"simulator", "gateway", "booking", "notifier", "stampede"}),
        ("bench/stampede/a.py", {"stampede"}),
        ("channels/web/dist/home.html", {"gateway"}),
        ("channels/simulator/a.py", {"simulator"}),
        ("channels/web/node_modules/x/y.js", set()),
        ("channels/web/citizen/home.tsx", set()),  # until the pages are built of it
    ],
)
def test_what_runs_is_started_anew_for_its_own_code_and_the_gateway_for_the_pages(
    changed: str, anew: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ROOT", tmp_path)
    before = {name: services._code_mark(name) for name in services.MODULES}
    (tmp_path / changed).parent.mkdir(parents=True)
    (tmp_path / changed).write_text("x")

    others = {name for name in services.MODULES if services._code_mark(name) != before[name]}

    assert others == anew


@pytest.mark.parametrize(
    ("words", "service"),
    [
        (["texts", "list"], "notifier"),
        (["--by", "texts", "webhooks", "list"], "gateway"),
        (["--by=rina", "webhooks", "retry", "--all"], "gateway"),
        (["parked", "discard", "texts", "--reason", "webhooks"], "booking"),
        (["--by", "rina", "quota", "show"], "booking"),
        ([], "booking"),
    ],
)
def test_an_operators_command_goes_to_the_service_whose_it_is(
    words: list[str], service: str
) -> None:
    assert local.owner(words) == service
