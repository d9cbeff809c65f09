"""Write `.env.example`: every setting of the three services, with its default and its why."""

from pathlib import Path

from pydantic_core import PydanticUndefined, to_json
from pydantic_settings import BaseSettings

from services.booking.settings import BookingSettings
from services.gateway.settings import GatewaySettings
from services.notifier.settings import NotifierSettings
from shared.settings import ServiceSettings

HEAD = """\
# Settings of the three services. None is needed. For `docker compose`, copy this file to .env and
# uncomment what you change: it wins over what compose drew for itself. Without Docker they are
# variables of each process; `make up` sets them itself, and heeds the ports
# (ANTREAN_GATEWAY_PORT and so on) and ANTREAN_ADDRESS_PER_MINUTE. A wrong one is said at start.
"""
# In a file that all services read these would be the same for all, which they must not be.
OWN = ("database_url", "amqp_url", "host", "port")
KINDS: tuple[tuple[str, type[BaseSettings]], ...] = (
    ("every service", ServiceSettings),
    ("gateway", GatewaySettings),
    ("booking", BookingSettings),
    ("notifier", NotifierSettings),
)


def text() -> str:
    """Give the whole file."""
    own = ServiceSettings.model_fields
    parts = [HEAD, "# Not here, because each process has its own:\n"]
    parts += [f"#   {variable(name):<22} {own[name].description}\n" for name in OWN]
    told = set(OWN)
    for title, kind in KINDS:
        parts.append(f"\n# --- {title}\n")
        for name, field in kind.model_fields.items():
            if name not in told:
                parts.append(
                    line(
                        name, field.description or "", field.get_default(call_default_factory=True)
                    )
                )
        told |= set(kind.model_fields)
    return "".join(parts)


def line(name: str, why: str, default: object) -> str:
    """Give the lines of one setting; what has no default stands empty."""
    value = "" if default is PydanticUndefined or default is None else default
    shown = value if isinstance(value, str) else to_json(value).decode()
    return f"# {why}\n#{variable(name)}={shown}\n"


def variable(name: str) -> str:
    """Name the environment's variable of a setting."""
    return f"ANTREAN_{name.upper()}"


if __name__ == "__main__":
    (Path(__file__).parents[1] / ".env.example").write_text(text(), encoding="utf-8")
