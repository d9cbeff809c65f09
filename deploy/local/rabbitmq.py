"""A private RabbitMQ: the system's programs, our own node, loopback only."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from deploy.definitions import administrator
from deploy.local import paths, system
from deploy.local.paths import StackError

BIN = Path("/usr/lib/rabbitmq/bin")
ADMIN = "antrean-admin"
PLUGINS = "[rabbitmq_management,rabbitmq_stream,rabbitmq_prometheus]."
BOOT_S = 90


def folder() -> Path:
    """Name the folder with the node's data."""
    return paths.data_folder() / "rabbitmq"


def management_url() -> str:
    """Give the address of the management API for the administrator."""
    port = paths.port("rabbitmq.management")
    return f"http://{ADMIN}:{paths.secret('rabbitmq')}@127.0.0.1:{port}"


def amqp_address() -> str:
    """Give host and port for clients."""
    return f"127.0.0.1:{paths.port('rabbitmq.amqp')}"


def start() -> None:
    """Start the node if it does not run, and wait until it takes messages."""
    running = pid()
    if running is not None and (folder() / "mnesia").is_dir():
        return
    if running is not None:  # somebody deleted the data under it
        stop()
    server = BIN / "rabbitmq-server"
    if not server.exists():
        system.install("rabbitmq-server")
    if not server.exists():
        raise StackError("RabbitMQ was not found, even after installing rabbitmq-server")
    _configure()
    system.say("  starting a private RabbitMQ")
    # setsid forks, so that the node outlives us and is nobody's child; `stop` ends it by its pid.
    command = ["setsid", "--fork", *system.unprivileged([server])]
    with (folder() / "log" / "boot").open("wb") as log:
        subprocess.run(
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=folder(), check=True,
        )  # fmt: skip
    system.wait_until(lambda: pid() is not None, "the start of RabbitMQ", BOOT_S)
    end = time.monotonic() + BOOT_S
    while paths.is_taken(paths.port("rabbitmq.management")) is False:
        if time.monotonic() > end or pid() is None:
            words = (folder() / "log" / "boot").read_text(errors="replace")[-1500:]
            raise StackError(f"RabbitMQ did not start:\n{words}")
        time.sleep(0.1)


def stop() -> None:
    """Stop the node and its port mapper."""
    running = pid()
    if running is not None:
        system.stop(running, timeout_s=30)
    mapper = _epmd_pid()
    if mapper is not None:
        system.stop(mapper, signal.SIGTERM)


def control(*words: str) -> str:
    """Tell the running node something that only `rabbitmqctl` can; returns what it says."""
    return system.run(system.unprivileged([BIN / "rabbitmqctl", *words]), _environment())


def pid() -> int | None:
    """Find the running node's process."""
    home = str(folder())
    return system.find_process(lambda words, _: "beam" in words[0] and home in words)


def _epmd_pid() -> int | None:
    """Find our own port mapper: the one that was started from our folder."""
    home = str(folder())
    return system.find_process(lambda words, env: "epmd" in words[0] and env.get("HOME") == home)


def _configure() -> None:
    home = folder()
    for part in ("mnesia", "log", "gen"):
        (home / part).mkdir(parents=True, exist_ok=True)
    (home / "rabbitmq-env.conf").write_text("")
    (home / "enabled_plugins").write_text(PLUGINS)
    (home / "boot.json").write_text(json.dumps(administrator(ADMIN, paths.secret("rabbitmq"))))
    management, stream = paths.port("rabbitmq.management"), paths.port("rabbitmq.stream")
    peers = enumerate(paths.remembered("rabbitmq.peers", list), 1)  # those of a cluster
    (home / "rabbitmq.conf").write_text(
        f"listeners.tcp.default = 127.0.0.1:{paths.port('rabbitmq.amqp')}\n"
        f"management.tcp.port = {management}\nmanagement.tcp.ip = 127.0.0.1\n"
        f"prometheus.tcp.port = {paths.port('rabbitmq.prometheus')}\n"
        "prometheus.tcp.ip = 127.0.0.1\n"
        f"stream.listeners.tcp.default = 127.0.0.1:{stream}\n"
        "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 200MB\n"
        "raft.wal_max_size_bytes = 64000000\nload_definitions = "
        f"{home}/boot.json\n"
        + "".join(f"cluster_formation.classic_config.nodes.{n} = {peer}\n" for n, peer in peers)
    )
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")


def _environment() -> dict[str, str]:
    home, port = folder(), paths.port
    control = port("rabbitmq.ctl")
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "RABBITMQ_NODENAME": f"antrean-{port('rabbitmq.amqp')}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port("rabbitmq.amqp")),
        "RABBITMQ_DIST_PORT": str(port("rabbitmq.dist")),
        "RABBITMQ_CTL_DIST_PORT_MIN": str(control),
        "RABBITMQ_CTL_DIST_PORT_MAX": str(control + 10),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "gen"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(port("rabbitmq.epmd")),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
