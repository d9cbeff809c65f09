"""What an operator may set for the notifier; read once, all faults reported at start."""

from typing import Literal

from pydantic import Field, model_validator

from shared.settings import ServiceSettings


class NotifierSettings(ServiceSettings):
    """The settings of a notifier."""

    port: int = Field(default=8082, ge=1, le=65535, description="Port of /readyz and /metrics.")
    whatsapp_api_url: str = Field(description="The Cloud API, or the simulator.")
    whatsapp_api_version: str = Field(default="v23.0", description="Graph API version.")
    whatsapp_token: str = Field(description="Bearer token of the Cloud API.")
    whatsapp_phone_number_id: str = Field(description="The usual business number's id.")
    sms_providers: list[Literal["generic", "twilio", "console"]] = Field(
        min_length=1,
        description='SMS providers in the order of trial, as ["generic"]; "console" only logs.',
    )
    sms_generic_url: str = Field(default="", description="Endpoint of the generic provider.")
    sms_generic_token: str = Field(default="", description="Its bearer token.")
    sms_sender: str = Field(default="ANTREAN", description="Registered sender name.")
    twilio_url: str = Field(default="https://api.twilio.com", description="Twilio's API.")
    twilio_sid: str = Field(default="", description="Twilio account.")
    twilio_token: str = Field(default="", description="Twilio auth token.")
    twilio_from: str = Field(default="", description="Twilio sender.")
    gateway_url: str = Field(default="", description="Public gateway address, for receipts.")
    send_together: int = Field(default=32, ge=1, le=500, description="Calls under way at once.")
    call_timeout_s: float = Field(default=10, gt=0, description="Longest call of a provider.")
    receipt_wait_s: float = Field(default=45, gt=0, description="Wait before a doubtful resend.")

    @model_validator(mode="after")
    def _is_complete(self) -> "NotifierSettings":
        needs = {
            "generic": ("sms_generic_url", "sms_generic_token"),
            "twilio": ("twilio_sid", "twilio_token", "twilio_from", "gateway_url"),
        }
        missing = [
            name
            for provider in self.sms_providers
            for name in needs.get(provider, ())
            if not getattr(self, name)
        ]
        if missing:
            raise ValueError(f"an SMS provider is named without {', '.join(missing)}")
        if self.receipt_wait_s < self.call_timeout_s + 1:
            raise ValueError("receipt_wait_s must be call_timeout_s and a second, or longer")
        return self
