"""What an operator may set for the gateway; read once, all faults reported at start."""

from typing import Literal

from pydantic import Field

from shared.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """The settings of a gateway."""

    port: int = Field(default=8080, ge=1, le=65535, description="Port of the public API.")
    share_port: bool = Field(
        default=False,
        description="Let several gateways of one machine listen on one port (SO_REUSEPORT).",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        pattern=r"^https?://[^\s/]+$",
        description="How citizens and providers reach the gateway, without a slash at the end.",
    )
    provider_url: str = Field(
        default="",
        description="How providers reach the gateway, if otherwise than citizens; they sign it.",
    )
    web_root: str = Field(
        default="channels/web/dist",
        description="Folder of the pages as they were built; where it is not, none are shown.",
    )
    site_name: str = Field(
        default="Antrean", min_length=1, max_length=40, description="How the pages name this."
    )
    login_by: list[Literal["whatsapp", "sms"]] = Field(
        default=["whatsapp", "sms"],
        min_length=1,
        description="JSON list of the ways to prove a phone that the pages offer.",
    )
    help_phone: str = Field(
        default="",
        pattern=r"^(\+[1-9]\d{7,14})?$",
        description="The number that the pages name for help, E.164; empty names none.",
    )
    banner_id: str = Field(
        default="", max_length=300, description="What stands above every page; empty is nothing."
    )
    banner_en: str = Field(
        default="", max_length=300, description="The same in English; empty is as in Indonesian."
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Proxies in front whose X-Forwarded-For is believed."
    )
    cors_origins: list[str] = Field(
        default=[], description="JSON list of web origins that may call the API from a browser."
    )
    whatsapp_number: str = Field(
        default="+6281100000000",
        pattern=r"^\+[1-9]\d{7,14}$",
        description="The business number that citizens write to, E.164.",
    )
    whatsapp_phone_number_id: str = Field(
        default="100000000000001", description="Meta's id of the business number."
    )
    whatsapp_default_office: str = Field(
        default="", description="Office of who names none; empty asks them to choose."
    )
    whatsapp_app_secrets: list[str] = Field(
        default=[], description="JSON list of app secrets that sign webhooks; two while rotating."
    )
    whatsapp_verify_token: str = Field(
        default="", description="The word that Meta must say when the webhook is registered."
    )
    sms_receipt_token: str = Field(
        default="", description="Key of the generic SMS provider's receipts; empty refuses them."
    )
    twilio_sid: str = Field(default="", description="Twilio's account id.")
    twilio_token: str = Field(
        default="", description="Signs Twilio's receipts; empty refuses them."
    )
    sms_daily_cap: int = Field(
        default=2000, ge=0, description="Login codes sent by SMS in 24 hours; each one costs."
    )
    under_way: int = Field(
        default=5000,
        ge=1,
        description="The most commands under way, however quick the answers come; then 503.",
    )
    acts_per_minute: int = Field(
        default=30, ge=1, description="Holds, confirmations and changes of one phone in a minute."
    )
    address_per_minute: int = Field(
        default=600,
        ge=1,
        description="The same from one address; generous, since providers share addresses.",
    )
    login_per_minute: int = Field(
        default=20,
        ge=1,
        description="The same of one login, so that one device leaves some to the phone's others.",
    )
    applicant_per_minute: int = Field(
        default=10,
        ge=1,
        description="Holds asked for one person in a minute, whoever asks; one is enough.",
    )
    sms_per_address: int = Field(
        default=30, ge=1, description="Login codes by SMS asked for from one address in a minute."
    )
    lookups_per_minute: int = Field(
        default=600, ge=1, description="Each from one address: logins, ticket searches, lists."
    )
    streams: int = Field(
        default=1_000,
        ge=0,
        description="Pages that one gateway keeps up to date at once; each takes about 30 kB.",
    )
