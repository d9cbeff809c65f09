"""docs/web.md shows every state of the pages, and nothing that is no more."""

import re

from deploy.local.paths import ROOT
from tests.browser.pictures import PICTURES, WIDE
from tests.browser.states import STATES

PAGE = ROOT / "docs" / "web.md"
PICTURE = re.compile(r"!\[[^\]]+\]\(images/web/([\w-]+)\.webp\)")
MOST_BYTES = 3_000_000


def shown() -> set[str]:
    return set(PICTURE.findall(PAGE.read_text(encoding="utf-8")))


def test_every_picture_is_shown() -> None:
    assert {path.stem for path in PICTURES.iterdir()} == shown()


def test_every_state_has_a_picture() -> None:
    pictured = shown() | {state for state in WIDE if f"{state}-wide" in shown()}

    assert [state for state in STATES if state not in pictured] == []


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES
