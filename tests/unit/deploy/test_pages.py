import json
import re
from pathlib import Path

import pytest

from deploy import pages
from services.gateway import site
from services.gateway.site import Site


@pytest.fixture
def built(tmp_path: Path) -> Site:
    listed = [
        {"name": "home", "path": "/"},
        {"name": "dates", "path": "/kantor/{office}"},
        {"name": "missing", "path": "/404"},
    ]
    (tmp_path / "pages.json").write_text(json.dumps(listed))
    for page in listed:
        (tmp_path / f"{page['name']}.html").write_text(f"<style>{page['name']}</style>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    found = site.find(str(tmp_path))
    assert found
    return found


@pytest.mark.parametrize(
    ("path", "asked", "is_shown"),
    [
        ("/", "/", True),
        ("/", "/kantor", False),
        ("/kantor/{office}", "/kantor/jakarta-pusat", True),
        ("/kantor/{office}", "/kantor/", False),
        ("/kantor/{office}", "/kantor/a/b", False),
        ("/kantor/{office}", "/x/kantor/a", False),
        ("/assets/home-1x.js", "/assets/home-1x.js", True),
        ("/assets/home-1x.js", "/assets/home-1xxjs", False),
    ],
)
def test_a_static_server_matches_the_paths_that_the_gateway_does(
    path: str, asked: str, *, is_shown: bool
) -> None:
    assert bool(re.search(pages.pattern_of(path), asked)) == is_shown


def test_each_page_is_sent_with_what_the_gateway_says_of_it(built: Site) -> None:
    text = pages.caddyfile(built)

    for part in (*built.pages.values(), built.missing):
        handled = text.partition(f"rewrite * /{part.name}\n")[2].partition("file_server")[0]
        assert f'Content-Security-Policy "{part.headers["Content-Security-Policy"]}"' in handled
        assert f'Cache-Control "{part.headers["Cache-Control"]}"' in handled
        assert "ETag" not in handled
    assert text.count("precompressed br gzip") == len(built.pages) + len(built.files) + 1
