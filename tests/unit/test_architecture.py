"""The house rules that a linter does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for top in ("services", "shared", "channels", "deploy", "bench", "chaos")
    for path in (ROOT / top).rglob("*.py")
)
EDGES = {"aiohttp", "aio_pika", "asyncpg", "structlog", "os", "random", "time"}
PURE = sorted(
    list((ROOT / "shared" / "messages").glob("*.py"))
    + [ROOT / "services" / "booking" / name for name in ("rules.py", "operator/plan.py")]
    + [ROOT / "services" / "gateway" / "limits.py"]
    + [
        ROOT / "services" / "gateway" / f"{name}.py"
        for name in ("availability", "memory", "nearby")
    ]
    + [ROOT / "services" / "notifier" / name for name in ("codes.py", "routing.py", "texts.py")]
    + list((ROOT / "services" / "gateway" / "dialog").rglob("*.py"))
)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    functions = [
        n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    long = {f.name: n for f in functions if (n := (f.end_lineno or 0) - f.lineno + 1) > 40}

    assert long == {}


@pytest.mark.parametrize("path", PURE, ids=name)
def test_a_pure_file_touches_no_edge(path: Path) -> None:
    assert EDGES.isdisjoint(imports(path))
    assert {"now", "today", "utcnow"}.isdisjoint(calls(path))


def test_only_three_modules_know_aio_pika() -> None:
    # worker.py names two of its types; the wire is touched by connections and the broker alone
    allowed = {"shared/broker.py", "shared/links.py", "shared/worker.py"}

    assert {name(p) for p in SOURCES if "aio_pika" in set(imports(p))} <= allowed


def test_only_the_broker_module_publishes() -> None:
    assert {name(p) for p in SOURCES if "publish" in set(calls(p))} == {"shared/broker.py"}


def test_the_shared_package_stays_a_closed_list() -> None:
    files = {path.name for path in (ROOT / "shared").glob("*.py")}

    assert files <= {
        "__init__.py", "keys.py", "broker.py", "links.py", "db.py", "worker.py", "relay.py",
        "settings.py", "log.py", "output.py", "health.py", "speech.py", "service.py",
        "failpoints.py", "operating.py", "suspects.py",
    }  # fmt: skip
