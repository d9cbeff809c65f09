"""What every service reads from its environment: `ANTREAN_` + name, all faults told at start."""

import os
import re
import sys
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import failpoints

# What stands before the hosts, the hosts, the rest.
HOSTS = re.compile(r"([a-z]+://(?:[^/?#]*@)?)([^/?#@]+)(.*)", re.DOTALL)


class ServiceSettings(BaseSettings):
    """The settings that all three services have; each adds its own."""

    model_config = SettingsConfigDict(env_prefix="ANTREAN_", extra="ignore")

    database_url: str = Field(
        pattern=r"^postgres(ql)?://",
        description="Postgres, as this service's own role; several hosts with commas.",
    )
    amqp_url: str = Field(
        pattern=r"^amqps?://",
        description="RabbitMQ, as this service's own user; several hosts with commas.",
    )
    secret: str = Field(min_length=32, description="Root of all keys; at least 32 characters.")
    environment: Literal["production", "rehearsal"] = Field(
        default="production", description="A rehearsal may let processes die on purpose."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(ge=1, le=65535, description="Port to listen on, below 32768.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    database_pool: int = Field(default=8, ge=2, le=100, description="Connections to Postgres.")


Settings = TypeVar("Settings", bound=BaseSettings)


def addresses(url: str) -> list[str]:
    """Give a URL for each host of one that names several: `amqp://user:word@one:5672,two/vhost`.

    All that stands before and after the hosts is the same for each.
    """
    found = HOSTS.fullmatch(url)
    if found is None:
        return [url]
    before, hosts, after = found.groups()
    return [before + host.strip() + after for host in hosts.split(",") if host.strip()]


def read(kind: type[Settings]) -> Settings:
    """Read the environment once, or end the process with every fault in plain words.

    `ANTREAN_SECRETS_DIR` may name a folder with a file for each setting, named as its variable in
    small letters; a variable wins over its file.
    """
    try:
        found = kind(_secrets_dir=os.environ.get("ANTREAN_SECRETS_DIR"))
        if isinstance(found, ServiceSettings):
            failpoints.check(found.environment)
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        lines = [
            f"  {prefix}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        ]
        sys.exit("These settings are wrong or missing:\n" + "\n".join(lines))
    except ValueError as error:
        sys.exit(f"These settings are wrong or missing:\n  {error}")
    return found
