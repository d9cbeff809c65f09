"""What was built is found, said how long it may be kept, and sent in the shortest coding."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from services.gateway import site
from services.gateway.site import Site

PAGES = [
    {"name": "home", "path": "/"},
    {"name": "dates", "path": "/kantor/{office}"},
    {"name": "missing", "path": "/404"},
]
STYLE = "body{color:red}"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "pages.json").write_text(json.dumps(PAGES))
    for page in PAGES:
        shell = f"<title>{page['name']}</title><style>{STYLE}</style>"
        (tmp_path / f"{page['name']}.html").write_text(shell)
    for name in ("assets/home-1x.js", "sw.js", "icon.svg", "manifest.webmanifest"):
        (tmp_path / name).write_text(name)
        (tmp_path / f"{name}.br").write_text("br")
        (tmp_path / f"{name}.gz").write_text("gz")
    (tmp_path / ".built").write_text("a mark")
    return tmp_path


@pytest.fixture
def built(dist: Path) -> Site:
    found = site.find(str(dist))
    assert found
    return found


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_where_nothing_was_built_nothing_is_found(folder: str) -> None:
    assert site.find(folder) is None


def test_each_page_is_at_its_path_and_a_file_at_its_own(built: Site) -> None:
    files = {"/assets/home-1x.js", "/sw.js", "/icon.svg", "/manifest.webmanifest"}

    assert built.pages.keys() == {"/", "/kantor/{office}"}
    assert built.files.keys() == files
    assert b"missing" in built.missing.bodies[""]


def test_what_never_changes_is_kept_and_the_rest_is_asked_for_again(built: Site) -> None:
    kept = {
        path: part.headers["Cache-Control"] for path, part in {**built.pages, **built.files}.items()
    }

    assert kept == {
        **dict.fromkeys(("/", "/kantor/{office}", "/sw.js"), "no-cache"),
        "/assets/home-1x.js": "public, max-age=31536000, immutable",
        **dict.fromkeys(("/icon.svg", "/manifest.webmanifest"), "public, max-age=3600"),
    }


def test_a_page_may_load_what_is_ours_and_its_one_style_by_its_hash(built: Site) -> None:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

    policy = built.pages["/"].headers["Content-Security-Policy"].split("; ")

    assert policy == [
        "default-src 'none'", "script-src 'self'", f"style-src 'self' 'sha256-{digest}'",
        "img-src 'self' data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'", "manifest-src 'self'", "worker-src 'self'",
    ]  # fmt: skip
    assert "connect-src 'self'" in built.files["/sw.js"].headers["Content-Security-Policy"]
