"""What the HTTP API answers; clients rest on these shapes: fields come, none go."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.messages import Alternative, Language, Session


class Answered(BaseModel):
    """What we send."""

    model_config = ConfigDict(frozen=True)


class FieldFault(Answered):
    """One wrong field: where, and what is wrong with it."""

    loc: list[str | int]
    msg: str


class Problem(Answered):
    """Why not (RFC 9457). `code` is stable; the other fields are there where they help."""

    type: str
    title: str
    status: int
    code: str
    request_id: UUID | None = Field(default=None, description="The command that was refused.")
    report_id: str | None = Field(default=None, description="To name when asking us for help.")
    retry_after: int | None = Field(default=None, description="Seconds, as in Retry-After.")
    errors: list[FieldFault] | None = None
    alternatives: list[Alternative] | None = Field(
        default=None, description="Where there still is quota: here first, then the nearest."
    )
    opens_at: AwareDatetime | None = None
    tries_left: int | None = None
    expires_at: AwareDatetime | None = Field(
        default=None, description="Until when the hold stands, with `already_extended`."
    )
    services: list[str] | None = Field(default=None, description="What this office offers.")


class NextAvailable(Answered):
    """The first session with a seat."""

    date: date
    session: Session
    remaining: int


class Office(Answered):
    """An office and the first seat that it has."""

    office: str
    name: str
    short_name: str = Field(default="", description="Left out of a `brief` list.")
    address: str
    province: str
    timezone: str
    lat: float | None
    lon: float | None
    phone: str = Field(default="", description="Left out of a `brief` list.")
    services: list[str]
    distance_km: float | None = Field(default=None, description="From `near`, if given.")
    next_available: NextAvailable | None


class Offices(Answered):
    """Offices, the nearest first where `near` was given, else by name."""

    offices: list[Office]


class Release(Answered):
    """Quota that opens at one moment; `office` is the first of its offices, by name."""

    opens_at: AwareDatetime
    seats: int = Field(description="Of all offices that open then, as planned by now.")
    offices: int = Field(description="How many open then.")
    office: str
    office_name: str
    timezone: str


class NextRelease(Answered):
    """When quota opens next; null where no opening is known. Count down by the `Date` header."""

    release: Release | None


class SessionState(Answered):
    """Half a day: whether it can be held, and how many seats it has."""

    session: Session
    hours: str = Field(examples=["08:00-12:00"])
    state: Literal["open", "full", "closed", "unreleased", "not_offered"]
    capacity: int
    remaining: int
    opens_at: AwareDatetime | None = Field(description="When it may first be held.")


class SlotState(SessionState):
    """Half a day that changed, as an open page is told of it."""

    date: date


class DayState(Answered):
    """One day at an office, in the office's own calendar."""

    date: date
    sessions: list[SessionState]


class Availability(Answered):
    """The seats of one service at one office; the same for everybody, a second old at most."""

    office: str
    service: str
    as_of: AwareDatetime
    days: list[DayState]


LOGIN_ID_PATTERN = r"^[A-Za-z0-9_-]{32}$"
LoginId = Annotated[str, StringConstraints(pattern=LOGIN_ID_PATTERN)]


class LoginBegun(Answered):
    """What to do to prove the phone; by SMS there is nothing to send to us."""

    login_id: LoginId
    by: Literal["whatsapp", "sms"]
    text: str | None = Field(default=None, examples=["MASUK 7K4M2Q8R"])
    whatsapp_url: str | None = None
    expires_at: AwareDatetime


class LoginState(Answered):
    """How far a login is. The login's id is as secret as the token that it yields."""

    state: Literal["pending", "proven", "expired"]
    access_token: str | None = None
    token_expires_at: AwareDatetime | None = None
    expires_at: AwareDatetime


class Hold(Answered):
    """A seat that is set aside until `expires_at`; the approval code confirms it."""

    request_id: UUID
    hold_id: UUID
    approval_code: str
    expires_at: AwareDatetime
    office: str
    service: str
    date: date
    session: Session


class Person(Answered):
    """Who is called at the counter."""

    name: str


class Ticket(Answered):
    """A booking. `service_hour` is in the office's own time."""

    request_id: UUID | None = None
    booking_code: str
    state: Literal["confirmed", "visited", "cancelled", "moved"]
    office: str
    office_name: str
    address: str
    timezone: str
    service: str
    date: date
    session: Session
    service_hour: str = Field(examples=["09:00-09:30"])
    queue_number: str = Field(examples=["A-017"])
    applicant: Person


class Mine(Answered):
    """What a caller has: bookings to come, the next one first, then those of the last 30 days.

    Of each 50 at most; who holds a seat confirms it by the hold's approval code.
    """

    bookings: list[Ticket]
    holds: list[Hold]


class FoundTicket(Ticket):
    """A booking with a token that opens this booking alone, for ten minutes."""

    ticket_token: str


class Banner(Answered):
    """What stands above every page, in both languages."""

    id: str
    en: str


class Config(Answered):
    """What a page must know before it asks for anything; set by the operator, never built in.

    `channels` are the ways to prove a phone that are offered. `code_of_hold` says whether whoever
    asks for a seat is shown its approval code.
    """

    name: str
    languages: list[Language]
    channels: list[Literal["whatsapp", "sms"]]
    whatsapp_number: str | None
    phone: str | None
    code_of_hold: Literal["shown"]
    banner: Banner | None


class GivenBack(Answered):
    """A seat that was given back."""

    request_id: UUID
    hold_id: UUID
    booking_code: str | None = None
    state: Literal["released", "cancelled"]


class Request(Answered):
    """A command under way, or what came of it; `outcome` has its HTTP `status` within."""

    request_id: UUID
    state: Literal["pending", "done"]
    outcome: dict[str, Any] | None = None
