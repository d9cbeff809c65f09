import os
from pathlib import Path

import pytest

from deploy.local import paths
from deploy.local.paths import StackError

USUAL = {"gateway": 8080, "booking": 8081}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "HOME", tmp_path / ".antrean")
    for service in USUAL:
        monkeypatch.delenv(f"ANTREAN_{service.upper()}_PORT", raising=False)


def test_ports_are_the_usual_ones_unless_something_is_said() -> None:
    assert paths.service_ports(USUAL) == USUAL


def test_a_port_that_was_said_once_is_used_by_the_commands_that_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTREAN_GATEWAY_PORT", "18080")
    paths.remember_ports(paths.service_ports(USUAL))
    monkeypatch.delenv("ANTREAN_GATEWAY_PORT")

    assert paths.service_ports(USUAL) == USUAL | {"gateway": 18080}


@pytest.mark.parametrize("said", ["abc", "0", "-5", "70000", "8081", " "])
def test_a_port_that_cannot_be_is_refused_in_words(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTREAN_GATEWAY_PORT", said)

    with pytest.raises(StackError, match="port"):
        paths.service_ports(USUAL)


def test_the_data_stay_where_they_are_whatever_becomes_of_the_folders_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paths, "_can_everybody_go", lambda _folder: True)
    first = paths.data_folder()
    monkeypatch.setattr(paths, "_can_everybody_go", lambda _folder: False)

    assert paths.data_folder() == first == paths.HOME


def test_the_stack_of_another_user_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    paths.secret("root")
    monkeypatch.setattr(os, "geteuid", lambda: 4_711)

    with pytest.raises(StackError, match="belongs to"):
        paths.service_ports(USUAL)


def test_a_secret_is_drawn_once_and_kept_where_only_its_owner_reads() -> None:
    first = paths.secret("root")

    assert paths.secret("root") == first
    assert len(first) >= 43
    assert (paths.HOME / "state.json").stat().st_mode & 0o077 == 0
