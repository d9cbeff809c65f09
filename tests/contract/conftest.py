"""The gateway's fixtures, for the contract that it publishes."""

from tests.integration.gateway.conftest import (
    anybody,
    booking,
    citizen,
    config,
    gateway,
    http,
    log_in,
    world,
)

__all__ = ["anybody", "booking", "citizen", "config", "gateway", "http", "log_in", "world"]
