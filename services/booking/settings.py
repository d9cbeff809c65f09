"""What an operator may set for booking; read once, all faults reported at start."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import ServiceSettings


class BookingSettings(ServiceSettings):
    """The settings of a booking worker."""

    port: int = Field(default=8081, ge=1, le=65535, description="Port of /readyz and /metrics.")
    batch: int = Field(default=500, ge=1, le=2000, description="Commands decided together.")
    sweep_s: float = Field(default=1.0, gt=0, le=60, description="Pause between two sweeps.")
    reconcile_s: float = Field(
        default=30.0, gt=0, le=3600, description="Pause between two looks at the ledger in use."
    )
    reconcile_whole_s: float = Field(
        default=3600.0, gt=0, le=604_800, description="Pause between two looks at all of it."
    )


class OperatorSettings(BaseSettings):
    """What an operator's command needs to reach the ledger and the parked messages."""

    model_config = SettingsConfigDict(env_prefix="ANTREAN_", extra="ignore")

    database_url: str = Field(
        pattern=r"^postgres(ql)?://", description="Postgres, as booking's own role."
    )
    amqp_url: str = Field(default="", description="RabbitMQ, as booking's own user.")
    secret: str = Field(default="", description="Root of all keys; sample bookings need it.")
