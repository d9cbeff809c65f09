"""Run the simulator."""

from aiohttp import web

from channels.simulator.app import build
from channels.simulator.settings import read


def main() -> None:
    """Read the settings and serve."""
    config = read()
    web.run_app(build(config), host=config.host, port=config.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
