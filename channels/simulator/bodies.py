"""What the control API takes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from channels.simulator.fates import USUAL
from channels.simulator.limits import Limits

Dose = Annotated[float, Field(ge=0, le=1)] | None
PASSING_CODES = [4, 80007, 130429, 131056, 1, 2, 131000, 131016]


class Asked(BaseModel):
    """What the control API is asked for; nothing unknown is taken, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Fault(Asked):
    """The next `times` sends of a channel fail with this answer, or hang after they were taken."""

    kind: Literal["error", "timeout"]
    channel: Literal["whatsapp", "sms"] = "whatsapp"
    status: int = Field(default=500, ge=400, le=599)
    code: int | None = None
    body: str | None = Field(default=None, description="Instead of the provider's own envelope.")
    retry_after: int | None = Field(default=None, ge=1)
    times: int = Field(default=1, ge=1, le=10_000)


class Inbound(Asked):
    """What a citizen writes or taps; a key named like `type` holds another kind of content."""

    model_config = ConfigDict(extra="allow", strict=True)

    phone: str
    name: str = ""
    text: str | None = None
    reply_id: str | None = None
    share_contact: bool = False
    type: str = Field(default="text", pattern=r"^[a-z_]{1,30}$")
    message_id: str | None = Field(default=None, min_length=1)
    timestamp: int | None = None
    number_id: str | None = None


class NewPhone(Asked):
    """A phone that is taken up."""

    phone: str
    name: str = ""


class Switches(Asked):
    """What is on and off at a phone."""

    online: bool | None = None
    on_whatsapp: bool | None = None
    blocked: bool | None = None
    bsuid_only: bool | None = None


class Clock(Asked):
    """How far the clock is put forward."""

    advance_s: float = Field(ge=0, le=10 * 365 * 86_400)


class Twice(Asked):
    """The next webhooks come twice."""

    kind: Literal["twice"]
    times: int = Field(default=1, ge=1, le=10_000)


class Nothing(Asked):
    """Forget what was asked for."""

    kind: Literal["none"]


class AskedFault(RootModel[Fault | Twice | Nothing]):
    """One of them, by its kind."""

    root: Fault | Twice | Nothing = Field(discriminator="kind")


class HostileMode(Asked):
    """The seed, the share of webhooks or sends that each dose hits, and how hard they hit."""

    seed: int
    duplicate: Dose = None
    reorder: Dose = None
    delay: Dose = None
    batch: Dose = None
    drop: Dose = None
    unheard: Dose = None
    milliseconds: Dose = None
    unknown_fields: Dose = None
    unknown_types: Dose = None
    delivered_and_failed: Dose = None
    skip_delivered: Dose = None
    error: Dose = None
    error_in_200: Dose = None
    timeout: Dose = None
    truncated: Dose = None
    slow: Dose = None
    delay_s: float = Field(default=1.0, ge=0, le=3600, description="Longest delay.")
    reorder_s: float = Field(default=1.0, ge=0, le=3600, description="Longest wait for the next.")
    batch_s: float = Field(default=0.3, ge=0, le=60, description="How long a batch fills.")
    slow_s: float = Field(default=2.0, ge=0, le=60, description="Longest slow answer.")
    codes: list[int] = Field(default=PASSING_CODES, min_length=1, max_length=100)
    limits: Limits | None = None

    @property
    def is_usual(self) -> bool:
        """Whether no dose and no limit is named, so that the usual ones hold."""
        return not (USUAL.keys() | {"limits"}) & self.model_fields_set
