import os

import pytest


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests decide nothing."""
    for name in os.environ:
        if name.startswith("ANTREAN_"):
            monkeypatch.delenv(name)
