"""Run the simulator."""

from aiohttp import web

from channels.simulator.app import build
from channels.simulator.settings import read


def main() -> None:
    """Read the settings and serve."""
    config = read()
    # A call that hangs because it was asked to must not keep the program from ending.
    web.run_app(
        build(config),
        host=config.host,
        port=config.port,
        access_log=None,
        print=None,
        shutdown_timeout=1,
    )


if __name__ == "__main__":
    main()
