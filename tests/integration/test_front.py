"""The front of docker-compose.yml, by the real programs: who is sent where, and in what form."""

import asyncio
import contextlib
import gzip
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from deploy import pages
from deploy.local import system
from deploy.local.paths import free_port
from services.gateway import site
from services.gateway.middleware import HEADERS
from tests.conftest import eventually

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "deploy" / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
LISTED = [
    {"name": "home", "path": "/"},
    {"name": "dates", "path": "/kantor/{office}"},
    {"name": "missing", "path": "/404"},
]
SCRIPT = b"// " + b"x" * 500
OF_GATEWAY = (
    *("/v1/offices", "/v1/holds", "/config.json", "/openapi.json", "/docs", "/docs/start.js"),
    *("/developers", "/livez", "/readyz"),
)


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    missing = [name for name in ("haproxy", "caddy", "curl") if shutil.which(name) is None]
    if missing:
        system.install(*missing)


@dataclass(slots=True)
class Front:
    """A front, and the files' server behind it, which may be ended."""

    url: str
    files: asyncio.subprocess.Process
    folder: Path

    async def curl(self, path: str, *words: str) -> tuple[str, str]:
        """Ask as curl does; says the version and status, and gives the answer."""
        told = ("-s", "-w", "\n%{http_version} %{http_code}", *words, self.url + path)
        made = await asyncio.create_subprocess_exec("curl", *told, stdout=asyncio.subprocess.PIPE)
        out, _ = await made.communicate()
        body, _, said = out.decode(errors="replace").rpartition("\n")
        return said, body


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    folder.chmod(0o755)
    (folder / "assets").mkdir()
    (folder / "pages.json").write_text(json.dumps(LISTED))
    for page in LISTED:
        (folder / f"{page['name']}.html").write_text(f"<style>p{{}}</style>{page['name']}")
    script = folder / "assets" / "home-1x.js"
    script.write_bytes(SCRIPT)
    script.with_suffix(".js.gz").write_bytes(gzip.compress(SCRIPT))
    script.with_suffix(".js.br").write_bytes(b"brotli, to whoever believes it")
    return folder


@contextlib.asynccontextmanager
async def gateway() -> AsyncIterator[int]:
    """Something that says which path it was asked for, and in whose name."""

    async def say(request: web.Request) -> web.Response:
        told = {"path": request.path, "for": request.headers.get("X-Forwarded-For")}
        return web.json_response(told)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", say)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield port
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def program(*words: str, env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    made = await asyncio.create_subprocess_exec(*words, env=env)
    try:
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            made.kill()
        await made.wait()


@pytest.fixture
async def front(dist: Path, tmp_path: Path) -> AsyncIterator[Front]:
    built = site.find(str(dist))
    assert built
    ports = {"bind :8080": free_port(), "pages:8080": free_port()}
    (tmp_path / "Caddyfile").write_text(pages.caddyfile(built, str(dist), ports["pages:8080"]))
    env = {"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(tmp_path), "ANTREAN_CERTIFICATE": ""}
    async with contextlib.AsyncExitStack() as until:
        behind = await until.enter_async_context(gateway())
        text = CONFIG.replace("bind :8080", f"bind 127.0.0.1:{ports['bind :8080']}")
        text = text.replace("maxconn 20000", "maxconn 200")  # a test may open fewer files
        text = text.replace("gateway:8080", f"127.0.0.1:{behind}")
        text = text.replace("pages:8080", f"127.0.0.1:{ports['pages:8080']}")
        (tmp_path / "haproxy.cfg").write_text(text)
        run = ("run", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile"))
        files = await until.enter_async_context(program("caddy", *run, env=env))
        proxy = ("haproxy", "-db", "-f", str(tmp_path / "haproxy.cfg"))
        await until.enter_async_context(program(*proxy, env=env))
        made = Front(f"http://127.0.0.1:{ports['bind :8080']}", files, tmp_path)
        await eventually(lambda: shows(made, "home"))
        yield made


async def shows(front: Front, what: str) -> bool:
    said, body = await front.curl("/")
    return said.endswith("200") and what in body


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest.mark.parametrize("path", OF_GATEWAY)
async def test_what_is_of_the_api_a_gateway_answers(path: str, front: Front) -> None:
    _, body = await front.curl(path)

    told: Any = json.loads(body)
    assert told == {"path": path, "for": "127.0.0.1"}


@pytest.mark.parametrize(("path", "page"), [("/", "home"), ("/kantor/batam?service=x", "dates")])
@pytest.mark.parametrize(
    ("words", "version"), [(("--http1.1",), "1.1"), (("--http2-prior-knowledge",), "2")]
)
async def test_a_page_comes_from_the_files_by_http_1_and_2(
    path: str, page: str, words: tuple[str, ...], version: str, front: Front
) -> None:
    said, body = await front.curl(path, *words)

    assert said == f"{version} 200"
    assert body == f"<style>p{{}}</style>{page}"


async def test_what_is_said_with_a_page_is_what_a_gateway_would_say(
    front: Front, http: aiohttp.ClientSession, dist: Path
) -> None:
    built = site.find(str(dist))
    assert built
    usual = HEADERS | {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    parts = {
        "/": built.pages["/"],
        "/kantor/batam": built.pages["/kantor/{office}"],
        "/assets/home-1x.js": built.files["/assets/home-1x.js"],
        "/nowhere": built.missing,
    }

    for path, part in parts.items():
        async with http.get(front.url + path) as answer:
            wanted = {k: v for k, v in part.headers.items() if k != "ETag"}
            assert (usual | wanted).items() <= dict(answer.headers).items(), path
            assert answer.status == (404 if path == "/nowhere" else 200)
            assert "Server" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
async def test_a_file_is_sent_as_it_was_compressed(
    accepted: str, coding: str | None, front: Front, http: aiohttp.ClientSession, dist: Path
) -> None:
    path = "/assets/home-1x.js"
    found = site.find(str(dist))
    assert found
    built = found.files[path].bodies[coding or ""]

    async with http.get(front.url + path, headers={"Accept-Encoding": accepted}) as answer:
        sent = await answer.read()

    assert answer.headers.get("Content-Encoding") == coding
    assert sent == built
    assert "Accept-Encoding" in answer.headers["Vary"]


async def test_who_has_a_page_already_is_sent_nothing(
    front: Front, http: aiohttp.ClientSession
) -> None:
    async with http.get(front.url) as first:
        mark = first.headers["ETag"]

    async with http.get(front.url, headers={"If-None-Match": mark}) as again:
        assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("path", ["/home.html", "/pages.json", "/assets/", "/metrics"])
async def test_nothing_else_is_sent(path: str, front: Front) -> None:
    said, _ = await front.curl(path)

    assert said.endswith("404")


async def test_where_the_files_are_away_a_gateway_shows_the_pages(front: Front) -> None:
    front.files.kill()

    assert await eventually(lambda: shows(front, '"path": "/"'))


async def test_with_a_certificate_a_browser_speaks_http_2(front: Front) -> None:
    key, made = front.folder / "key.pem", front.folder / "site.pem"
    subject = ("-subj", "/CN=localhost", "-days", "1", "-nodes", "-newkey", "rsa:2048")
    words = ("req", "-x509", *subject, "-keyout", str(key), "-out", str(made))
    system.run(["openssl", *words])
    made.write_text(made.read_text() + key.read_text())
    plain, port = free_port(), free_port()
    config = (front.folder / "haproxy.cfg").read_text()
    config = config.replace("bind :8443", f"bind 127.0.0.1:{port}")
    config = config.replace(f"bind {front.url.removeprefix('http://')}", f"bind 127.0.0.1:{plain}")
    (front.folder / "tls.cfg").write_text(config)
    env = {"PATH": "/usr/sbin:/usr/bin:/bin", "ANTREAN_CERTIFICATE": str(made)}

    async with program("haproxy", "-db", "-f", str(front.folder / "tls.cfg"), env=env):
        over_tls = Front(f"https://127.0.0.1:{port}", front.files, front.folder)

        async def is_shown() -> bool:
            return (await over_tls.curl("/", "-k"))[0] == "2 200"

        assert await eventually(is_shown)
        _, head = await over_tls.curl("/", "-k", "-I")
    assert "strict-transport-security: max-age=31536000" in head.lower()
