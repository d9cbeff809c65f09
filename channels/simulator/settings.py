"""What the simulator needs to know; all faults are reported at start."""

import os
import sys

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """The settings of the simulator: where the gateway is, and the secrets that it shares."""

    model_config = SettingsConfigDict(env_prefix="ANTREAN_SIMULATOR_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8090, ge=1, le=65535, description="Port to listen on.")
    gateway_url: str = Field(default="http://127.0.0.1:8080", description="Where webhooks go.")
    app_secret: str = Field(min_length=8, description="Signs the webhooks.")
    verify_token: str = Field(min_length=8, description="Used in the webhook's handshake.")
    access_token: str = Field(min_length=8, description="Bearer token that senders must show.")
    sms_token: str = Field(min_length=8, description="Token of the generic SMS provider.")
    twilio_sid: str = Field(default="AC" + "0" * 32, description="Twilio account.")
    twilio_token: str = Field(default="", description="Twilio token; empty turns Twilio off.")
    numbers: dict[str, str] = Field(
        default={"100000000000001": "+6281100000000"},
        description="Business numbers: phone number id -> number in E.164.",
    )
    deliver_after_s: float = Field(default=0.05, ge=0, description="Sent until delivered.")
    read_after_s: float = Field(default=0.2, ge=0, description="Delivered until read.")
    retry_s: float = Field(default=1.0, gt=0, description="First pause after a failed webhook.")

    @property
    def secrets(self) -> list[str]:
        """List what nobody is shown."""
        every = (self.app_secret, self.verify_token, self.access_token, self.sms_token)
        return [secret for secret in (*every, self.twilio_token) if secret]


def read() -> SimulatorSettings:
    """Read the environment once, or end with every fault in plain words.

    `ANTREAN_SECRETS_DIR` may name a folder with a file for each setting.
    """
    try:
        return SimulatorSettings(_secrets_dir=os.environ.get("ANTREAN_SECRETS_DIR"))
    except ValidationError as error:
        lines = [
            f"  ANTREAN_SIMULATOR_{str(one['loc'][0]).upper()}: {one['msg']}"
            for one in error.errors()
        ]
        sys.exit("These settings are wrong or missing:\n" + "\n".join(lines))
