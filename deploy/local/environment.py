"""What each process of the local stack finds in its environment; the one table of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.local import paths
from deploy.local.provision import Servers

PHONE_NUMBER_ID = "100000000000001"
BUSINESS_NUMBER = "+6281100000000"
DEFAULT_OFFICE = "jakarta-pusat"
PORTS = {"gateway": 8080, "booking": 8081, "notifier": 8082, "simulator": 8090}
# What stands beside the system on a developer's machine, and nowhere else.
TOOLS = {"stampede": 8091}
TWILIO_SID = "AC" + "0" * 32
SECRETS = ("root", "whatsapp_app", "whatsapp_verify", "whatsapp_access", "sms", "twilio")


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack: its servers, database, virtual host, ports and secrets.

    `hosts` names the services where they are not on this machine's loopback; `public_url` is the
    gateway as citizens reach it, where that differs from how the services do.
    """

    servers: Servers
    database: str
    vhost: str
    ports: dict[str, int]
    secrets: dict[str, str]
    hosts: Mapping[str, str] = field(default_factory=dict)
    public_url: str = ""

    def url(self, service: str) -> str:
        """Give a service's address, as the other services reach it."""
        return f"http://{self.hosts.get(service, '127.0.0.1')}:{self.ports[service]}"

    def environment(self, service: str) -> dict[str, str]:
        """Give what one process needs to know, as environment variables."""
        if service == "simulator":
            return self._simulator()
        if service == "stampede":
            return self._stampede()
        role = "antrean_migrator" if service == "migrate" else f"antrean_{service}"
        found = {
            "ANTREAN_DATABASE_URL": self.servers.database_url(role, self.database),
            "ANTREAN_SECRET": self.secrets["root"],
        }
        if service != "migrate":
            found["ANTREAN_AMQP_URL"] = self.servers.amqp_url(f"antrean-{service}", self.vhost)
            found["ANTREAN_PORT"] = str(self.ports[service])
        more = {"gateway": self._gateway, "notifier": self._notifier}
        return found | (more[service]() if service in more else {})

    def _gateway(self) -> dict[str, str]:
        return {
            "ANTREAN_PUBLIC_URL": self.public_url or self.url("gateway"),
            "ANTREAN_PROVIDER_URL": self.url("gateway"),
            "ANTREAN_WHATSAPP_APP_SECRETS": json.dumps([self.secrets["whatsapp_app"]]),
            "ANTREAN_WHATSAPP_VERIFY_TOKEN": self.secrets["whatsapp_verify"],
            "ANTREAN_WHATSAPP_NUMBER": BUSINESS_NUMBER,
            "ANTREAN_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "ANTREAN_WHATSAPP_DEFAULT_OFFICE": DEFAULT_OFFICE,
            "ANTREAN_SMS_RECEIPT_TOKEN": self.secrets["sms"],
            "ANTREAN_TWILIO_SID": TWILIO_SID,
            "ANTREAN_TWILIO_TOKEN": self.secrets["twilio"],
        }

    def _notifier(self) -> dict[str, str]:
        simulator = self.url("simulator")
        return {
            "ANTREAN_WHATSAPP_API_URL": simulator,
            "ANTREAN_WHATSAPP_TOKEN": self.secrets["whatsapp_access"],
            "ANTREAN_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "ANTREAN_SMS_PROVIDERS": '["generic", "twilio"]',
            "ANTREAN_SMS_GENERIC_URL": f"{simulator}/sms/generic/messages",
            "ANTREAN_SMS_GENERIC_TOKEN": self.secrets["sms"],
            "ANTREAN_TWILIO_URL": f"{simulator}/sms/twilio",
            "ANTREAN_TWILIO_SID": TWILIO_SID,
            "ANTREAN_TWILIO_TOKEN": self.secrets["twilio"],
            "ANTREAN_TWILIO_FROM": "ANTREAN",
            "ANTREAN_GATEWAY_URL": self.url("gateway"),
        }

    def _simulator(self) -> dict[str, str]:
        prefix = "ANTREAN_SIMULATOR_"
        return {
            f"{prefix}PORT": str(self.ports["simulator"]),
            f"{prefix}GATEWAY_URL": self.url("gateway"),
            f"{prefix}APP_SECRET": self.secrets["whatsapp_app"],
            f"{prefix}VERIFY_TOKEN": self.secrets["whatsapp_verify"],
            f"{prefix}ACCESS_TOKEN": self.secrets["whatsapp_access"],
            f"{prefix}SMS_TOKEN": self.secrets["sms"],
            f"{prefix}TWILIO_SID": TWILIO_SID,
            f"{prefix}TWILIO_TOKEN": self.secrets["twilio"],
        }

    def _stampede(self) -> dict[str, str]:
        """Give what booking's command needs as well: quota is opened as an operator does."""
        mine = {"ANTREAN_PORT": str(self.ports["stampede"])}
        return self.environment("booking") | mine | {"ANTREAN_GATEWAY_URL": self.url("gateway")}


def shared_secrets() -> dict[str, str]:
    """Draw the secrets of this checkout's stack, once."""
    return {name: paths.secret(name) for name in SECRETS}


def local_stack(servers: Servers) -> Stack:
    """Describe the stack that `make up` starts: the ports that the documents name, or as set."""
    return Stack(
        servers, "antrean", "antrean", paths.service_ports(PORTS | TOOLS), shared_secrets()
    )
