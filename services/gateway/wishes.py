"""What callers may send: nothing unknown is taken, nothing is converted."""

import re
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from shared.messages import Session, Slug


def plain_date(value: Any) -> Any:
    """Let only `YYYY-MM-DD` through; pydantic alone would also take a number of seconds."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("a date is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None


Day = Annotated[date, BeforeValidator(plain_date)]


class Asked(BaseModel):
    """A body or the parameters of a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoginWish(Asked):
    """Whose phone is to be proven, and how."""

    phone: str = Field(min_length=5, max_length=32, examples=["0812-3456-7890"])
    by: Literal["whatsapp", "sms"] = "whatsapp"


class LoginCode(Asked):
    """The code that came by SMS."""

    code: str = Field(min_length=4, max_length=12, examples=["123456"])


class ApplicantWish(Asked):
    """Who will come to the office."""

    name: str = Field(min_length=2, max_length=80, examples=["Siti Aminah"])
    birth_date: Day
    nik: Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")] | None = None


class HoldWish(Asked):
    """A seat that is asked for; `service` may be left out where an office offers one.

    With `replaces` the caller's own hold of this id ends in the moment in which this one is sure:
    on the same seat, until the same moment, where session and person are the same and only what
    was typed is corrected; else on a seat that is free, or not at all. With `keeps_seat` it is
    the same seat or a 409 (`seat_not_kept`), and the hold stays what it was.
    """

    office: Slug
    service: Slug | None = None
    date: Day
    session: Session
    applicant: ApplicantWish
    replaces: UUID | None = None
    keeps_seat: bool = False


class ApprovalCode(Asked):
    """The code that turns a hold into a booking."""

    approval_code: str = Field(min_length=1, max_length=32, examples=["7K4M2Q"])


class SlotWish(Asked):
    """Where and when a booking is to be moved; what is left out stays as it is."""

    office: Slug | None = None
    service: Slug | None = None
    date: Day
    session: Session


class BookingProof(Asked):
    """What finds a booking without a login."""

    booking_code: str = Field(min_length=1, max_length=32, examples=["7K4M-2Q8R-TX3C"])
    birth_date: Day


WaitSeconds = Annotated[
    int,
    Field(ge=0, le=30),
    BeforeValidator(lambda v: v if not isinstance(v, str) or v.isdecimal() else "no number"),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 30}),
]


def _point(value: Any) -> Any:
    """Read `lat,lon` in degrees."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"-?\d{1,2}(\.\d{1,9})?,-?\d{1,3}(\.\d{1,9})?", value, re.ASCII):
        raise ValueError("near is written lat,lon")
    lat, lon = (float(part) for part in value.split(","))
    if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 degrees
        raise ValueError("near is outside of the globe")
    return lat, lon


Point = Annotated[
    tuple[float, float],
    BeforeValidator(_point),
    WithJsonSchema({"type": "string", "examples": ["-6.17,106.83"]}),
]

Flag = Annotated[
    bool,
    BeforeValidator(lambda v: {"true": True, "false": False}.get(v, "no flag")),
    WithJsonSchema({"type": "boolean"}),
]


class OfficesQuery(Asked):
    """Which offices."""

    q: Annotated[str, Field(max_length=80)] | None = None
    near: Point | None = None
    service: Slug | None = None
    available: Flag = False
    brief: Flag = False


class ReleaseQuery(Asked):
    """Of which office and service; without, of all."""

    office: Slug | None = None
    service: Slug | None = None


class AvailabilityQuery(Asked):
    """Which service and days; without dates, today and the 30 days after it."""

    service: Slug | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")


class WaitQuery(Asked):
    """How long to wait for news, in seconds."""

    wait: WaitSeconds = 0
