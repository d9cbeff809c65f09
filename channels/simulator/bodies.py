"""What the control API takes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


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
