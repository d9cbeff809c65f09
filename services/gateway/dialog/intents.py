"""What a citizen may mean."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.gateway.dialog.dates import DateFault
from shared.messages import Language, Session, SlotRef


class Simple(StrEnum):
    """Intents that say everything by their name."""

    GREET = "greet"
    DATES = "dates"
    STATUS = "status"
    HELP = "help"
    CHANGE = "change"  # #ganti: the echoed values are wrong
    DROP = "drop"  # #batalkan: give the hold back
    STOP = "stop"
    RESUME = "resume"
    STAFF = "staff"
    MEDIA = "media"
    NO = "no"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Request:
    """A seat is wanted. Fields that could not be read carry their fault and their text."""

    name: str | None = None
    birth_date: date | DateFault | None = None
    visit: date | DateFault | int | None = None
    session: Session | None = None
    nik: str | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Six characters that may be an approval code; `sure` when typed as one."""

    code: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class CancelWish:
    """A booking is to be cancelled; `sure` once they said so."""

    code: str | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class MoveWish:
    """A booking is to be moved; `slot` was tapped in a list, `visit` was typed."""

    code: str | None = None
    slot: SlotRef | None = None
    visit: date | DateFault | int | None = None
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class OfficeWish:
    """Another office, by name, or a list to choose from."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceWish:
    """Another service, by name, or a list to choose from."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A slot was tapped in a list."""

    slot: SlotRef


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number: an entry of the last list."""

    number: int


@dataclass(frozen=True, slots=True)
class Speak:
    """Another language."""

    language: Language


@dataclass(frozen=True, slots=True)
class Login:
    """The text that proves a phone for the web."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing we know; it may answer a question of ours."""

    text: str


Intent = (
    Simple | Request | Code | CancelWish | MoveWish | OfficeWish | ServiceWish | Pick | Number
    | Speak | Login | Unknown
)  # fmt: skip
