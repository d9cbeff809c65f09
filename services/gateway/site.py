"""The citizen's pages as they were built: read once, sent as they are, nothing made per call."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from services.gateway.codings import CODINGS, pick_coding
from services.gateway.policy import policy_of
from services.gateway.prepared import same_etag

LIST = "pages.json"  # which page is shown at which path
MISSING = "missing"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"  # another content has another name
ASK_AGAIN = "no-cache"
HOUR = "public, max-age=3600"
WORKER = "sw.js"
MORE_POLICY = "; manifest-src 'self'; worker-src 'self'"
OF_PAGES = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A file in each coding that it was built in (as it is: ""), and what is said with it."""

    name: str
    bodies: Mapping[str, bytes]
    headers: Mapping[str, str]

    def response(self, request: web.Request, status: int = 200) -> web.Response:
        """Answer with it in the shortest coding that is taken; 304 to who has it already."""
        headers = dict(self.headers)
        if status == web.HTTPOk.status_code and same_etag(
            request.headers.get("If-None-Match", ""), headers["ETag"]
        ):
            del headers["Content-Type"]
            return web.Response(status=304, headers=headers)
        coding = pick_coding(request.headers.get("Accept-Encoding", ""), self.bodies)
        if coding:
            headers["Content-Encoding"] = coding
        return web.Response(body=self.bodies[coding], status=status, headers=headers)


@dataclass(frozen=True, slots=True)
class Site:
    """What was built: pages by the path at which they are shown, files by theirs."""

    pages: Mapping[str, Part]
    files: Mapping[str, Part]
    missing: Part

    def routes(self) -> list[web.RouteDef]:
        """Make the route of each page and file."""
        return [_route(path, part) for path, part in {**self.pages, **self.files}.items()]


SITE: web.AppKey[Site] = web.AppKey("site", Site)


def find(folder: str) -> Site | None:
    """Read what was built; None where nothing was."""
    root = Path(folder)
    if not folder or not (root / LIST).is_file():
        return None
    listed = json.loads((root / LIST).read_text(encoding="utf-8"))
    shells = {page["name"]: _shell(root, f"{page['name']}.html") for page in listed}
    return Site(
        pages={page["path"]: shells[page["name"]] for page in listed if page["name"] != MISSING},
        files={f"/{name}": _file(root, name) for name in _files(root)},
        missing=shells[MISSING],
    )


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks for a page, and not a program for the API."""
    is_look = request.method in {"GET", "HEAD"} and not request.path.startswith("/v1/")
    return is_look and "text/html" in request.headers.get("Accept", "")


def _shell(root: Path, name: str) -> Part:
    policy = policy_of((root / name).read_text(encoding="utf-8")) + MORE_POLICY
    return _part(root, name, OF_PAGES | {"Cache-Control": ASK_AGAIN} | _policy(policy))


def _file(root: Path, name: str) -> Part:
    if name == WORKER:  # its policy says what it may fetch
        policy = policy_of("") + MORE_POLICY
        return _part(root, name, {"Cache-Control": ASK_AGAIN} | _policy(policy))
    return _part(root, name, {"Cache-Control": FOREVER if name.startswith("assets/") else HOUR})


def _policy(text: str) -> dict[str, str]:
    return {"Content-Security-Policy": text}


def _part(root: Path, name: str, more: Mapping[str, str]) -> Part:
    path = root / name
    plain = path.read_bytes()
    bodies = {"": plain}
    for coding, ending in CODINGS.items():
        shorter = path.with_name(path.name + ending)
        if shorter.is_file():
            bodies[coding] = shorter.read_bytes()
    headers = {
        "Content-Type": KINDS[path.suffix],
        "ETag": f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"',
        "Vary": "Accept-Encoding",
    }
    return Part(name, bodies, headers | dict(more))


def _files(root: Path) -> Iterator[str]:
    """Name the files that are sent as such: no shell, nothing compressed, no list of pages."""
    for path in sorted(root.rglob("*")):
        is_kind = path.is_file() and path.suffix in KINDS and path.suffix != ".html"
        if is_kind and path != root / LIST:
            yield path.relative_to(root).as_posix()


def _route(path: str, part: Part) -> web.RouteDef:
    async def get_part(request: web.Request) -> web.Response:
        return part.response(request)

    return web.get(path, get_part)
