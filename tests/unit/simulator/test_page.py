"""The page is plain files: small ones, with nothing inline and nothing from elsewhere."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "channels" / "simulator" / "page"
FILES = sorted(PAGE.iterdir())
INLINE = re.compile(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(r"""(?:src|href|url|from|import|fetch)[ =(]*["'`]?(?:https?:)?//""")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_the_page_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert ELSEWHERE.findall(path.read_text(encoding="utf-8")) == []


def test_nothing_is_inline_that_the_policy_would_refuse() -> None:
    assert INLINE.findall((PAGE / "index.html").read_text(encoding="utf-8")) == []


def test_every_id_that_the_code_asks_for_is_on_the_page() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in PAGE.glob("*.js"))
    page = (PAGE / "index.html").read_text(encoding="utf-8")

    asked = set(re.findall(r'byId\("([a-z-]+)"\)', code))

    assert asked
    assert {name for name in asked if f'id="{name}"' not in page} == set()
