import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from channels.simulator.settings import SimulatorSettings
from deploy import compose, env_example
from deploy.definitions import TOPOLOGY, USERS
from deploy.local.environment import PORTS
from services.booking.settings import BookingSettings
from services.gateway.settings import GatewaySettings
from services.notifier.settings import NotifierSettings
from shared import settings

ROOT = Path(__file__).parents[3]
FILE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE)["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"] == "antrean"}
LASTING = ("front", "pages", "gateway", "booking", "notifier", "simulator", "postgres", "rabbitmq")


def test_the_file_runs_the_servers_the_services_and_the_one_shots() -> None:
    assert set(SERVICES) == {*LASTING, "init", "migrate"}
    assert SERVICES["rabbitmq"]["image"].startswith("rabbitmq:4.")


def test_one_service_builds_the_image_and_the_others_take_it() -> None:
    assert [name for name, one in OURS.items() if "build" in one] == ["init"]
    assert {one["pull_policy"] for name, one in OURS.items() if name != "init"} == {"never"}


def test_the_pages_are_built_once_for_the_gateways_and_for_what_sends_them_alone() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    targets = re.findall(r"^FROM \S+ AS (\w+)$", dockerfile, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {SERVICES[one]["build"]["target"] for one in ("init", "pages")} <= set(targets)
    assert targets[-1] == "antrean"  # what is built where no target is named
    assert dockerfile.count("build/build.mjs") == 1
    assert "channels/web/node_modules" in ignored[ignored.index("!channels") :]


def test_no_setting_of_the_outside_reaches_a_container() -> None:
    mapped = re.findall(r"\$\{(ANTREAN_SIMULATOR_\w+):-", FILE)

    assert set(mapped) <= SERVICES["simulator"]["environment"].keys()


@pytest.mark.parametrize("service", ["gateway", "booking", "notifier"])
def test_a_service_can_be_scaled(service: str) -> None:
    assert not {"ports", "container_name", "hostname"} & SERVICES[service].keys()


def test_only_the_front_and_the_simulator_are_published_and_on_loopback() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}

    assert published.keys() == {"front", "simulator"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_front_finds_every_gateway_and_is_the_one_proxy_that_they_trust() -> None:
    config = (ROOT / "deploy" / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")

    assert "server-template gateway 1-16 gateway:8080" in config
    assert "option forwardfor" in config
    assert SERVICES["gateway"]["environment"]["ANTREAN_TRUSTED_PROXIES"] == "1"
    assert SERVICES["front"]["volumes"] == [
        "./deploy/haproxy/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"
    ]


@pytest.mark.parametrize("service", [*OURS, "pages"])
def test_our_containers_may_do_nothing_that_they_need_not(service: str) -> None:
    one = SERVICES[service]

    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= one.keys()


@pytest.mark.parametrize("service", LASTING)
def test_what_lasts_is_asked_for_its_health_and_starts_again(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", OURS)
def test_a_command_names_a_module_that_is_there(service: str) -> None:
    python, flag, module, *_ = OURS[service]["command"]

    assert (python, flag) == ("python", "-m")
    assert importlib.util.find_spec(module) is not None


def test_no_variable_must_be_set() -> None:
    assert [name for name in re.findall(r"\$\{([^}]+)\}", FILE) if ":-" not in name] == []


def test_each_service_sees_its_own_secrets_only() -> None:
    for name in ("gateway", "booking", "notifier", "simulator"):
        assert SERVICES[name]["volumes"] == [f"secrets-{name}:/run/antrean:ro"]


def test_every_secret_volume_has_a_folder_that_our_user_owns() -> None:
    mounted = {mount.split(":")[1] for mount in SERVICES["init"]["volumes"]}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    parts = re.search(r"for part in ([a-z ]+);", dockerfile)

    assert parts
    assert mounted == {f"/secrets/{part}" for part in parts.group(1).split()}
    assert "USER 10001:10001" in dockerfile


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for part in ("admin", "postgres", "rabbitmq", *PORTS):
        (tmp_path / part).mkdir()
    compose.init(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("gateway", GatewaySettings),
        ("booking", BookingSettings),
        ("notifier", NotifierSettings),
        ("simulator", SimulatorSettings),
    ],
)
def test_init_writes_all_that_a_service_must_know(
    secrets: Path, service: str, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTREAN_SECRETS_DIR", str(secrets / service))

    found = settings.read(kind)

    assert found.port == PORTS[service]
    assert service == "simulator" or "@postgres:5432/antrean" in found.database_url


def test_init_needs_no_right_that_its_container_has_not(tmp_path: Path) -> None:
    """Without its capabilities not even root may write to a file that says read-only."""
    weak = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    for part in ("admin", "postgres", "rabbitmq", *PORTS):
        (tmp_path / part).mkdir()
    script = "import pathlib, sys; from deploy.compose import init; init(pathlib.Path(sys.argv[1]))"

    for _ in range(2):
        command = [*weak, sys.executable, "-c", script, str(tmp_path)]
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 a command of ours

    assert (tmp_path / "gateway" / "antrean_secret").stat().st_mode & 0o777 == 0o444


def test_init_said_twice_keeps_every_secret(secrets: Path) -> None:
    before = read(secrets)

    compose.init(secrets)

    after = read(secrets)
    assert after.pop("rabbitmq/definitions.json") != before.pop("rabbitmq/definitions.json")
    assert after == before  # the definitions differ by their salt alone


def test_the_broker_is_told_users_and_rights_and_no_password(secrets: Path) -> None:
    text = (secrets / "rabbitmq" / "definitions.json").read_text()
    told = json.loads(text)
    drawn = json.loads((secrets / "admin" / "secrets.json").read_text())

    assert {user["name"] for user in told["users"]} == {*USERS, compose.ADMIN}
    assert {one["user"] for one in told["permissions"]} == {*USERS, compose.ADMIN}
    # A stream's binding that is told at every boot keeps the node from its third.
    assert not TOPOLOGY.keys() & told.keys()
    assert not any(secret in text for secret in drawn.values())


def test_the_settings_file_names_every_setting_as_it_is() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example.text()


def read(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}
