"""What a citizen may mean."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.gateway.dialog.dates import DateFault
from shared.messages import Language, Session, SlotRef


class Simple(StrEnum):
    """Intents that say everything by their name."""

    GREET = "greet"
    DATES = "dates"
    STATUS = "status"
    HELP = "help"
    AGREE = "agree"  # without the code that it needs
    NUMBER = "number"  # they want to show us their phone number
    LOG_OUT = "log_out"
    STOP = "stop"
    RESUME = "resume"
    STAFF = "staff"
    MEDIA = "media"
    YES = "yes"
    NO = "no"
    NEVER = "never"  # tidak jadi: no to what we asked, else the hold is not wanted
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
    """What may be an approval code of an open hold; `tapped` by its button.

    `otherwise` is what the text means where none of the codes is; without it, it can be nothing
    but a code, and a wrong one costs a try.
    """

    codes: tuple[str, ...]
    said: str = ""
    tapped: bool = False
    otherwise: "Intent | None" = None


@dataclass(frozen=True, slots=True)
class Change:
    """The echoed values of a hold are wrong; `code` is the hold's, from a button."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A hold is to be given back; `code` is the hold's, from a button."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class CancelWish:
    """A booking is to be cancelled; `said` is how they named it, `sure` once they said so.

    `is_doubtful` where it may be meant of a question or a list of ours.
    """

    said: str | None = None
    sure: bool = False
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class MoveWish:
    """A booking is to be moved; `slot` was tapped in a list, `visit` was typed.

    `by` is the command whose refusal offered the slot.
    """

    said: str | None = None
    slot: SlotRef | None = None
    visit: date | DateFault | int | None = None
    session: Session | None = None
    words: str = ""
    by: UUID | None = None


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
class Guess:
    """Something like this command was typed."""

    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing we know; it may answer a question of ours."""

    text: str


Intent = (
    Simple | Request | Code | Change | Drop | CancelWish | MoveWish | OfficeWish | ServiceWish
    | Pick | Number | Speak | Login | Guess | Unknown
)  # fmt: skip
