from pathlib import Path

import pytest

from deploy.local import paths


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "HOME", tmp_path / ".antrean")
    monkeypatch.delenv("ANTREAN_GATEWAY_PORT", raising=False)


def test_a_port_is_the_usual_one_unless_something_is_said() -> None:
    assert paths.service_port("gateway", 8080) == 8080


def test_a_port_that_was_said_once_is_used_by_the_commands_that_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTREAN_GATEWAY_PORT", "18080")
    paths.service_port("gateway", 8080)
    monkeypatch.delenv("ANTREAN_GATEWAY_PORT")

    assert paths.service_port("gateway", 8080) == 18080


def test_a_secret_is_drawn_once_and_kept_where_only_its_owner_reads() -> None:
    first = paths.secret("root")

    assert paths.secret("root") == first
    assert len(first) >= 43
    assert (paths.HOME / "state.json").stat().st_mode & 0o077 == 0
