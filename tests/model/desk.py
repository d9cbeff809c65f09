"""Makes commands of an example's numbers: who asks for what, knowing what was answered before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid4

from shared.keys import Keys
from shared.messages import (
    Applicant,
    BookingGranted,
    CancelBooking,
    Channel,
    ConfirmHold,
    Contact,
    ExtendHold,
    HoldGranted,
    PlaceHold,
    ReleaseHold,
    RescheduleBooking,
    SeatGivenBack,
    SlotRef,
    SomeCommand,
    SomeResult,
)

PLACES = (0, 0, 0, 1, 1, 2, 3, 4, 5, 6)  # of the office's slots: where most go, there they meet
ANYBODY, ELSEWHERE = 5, 7  # from which number on a correction names whomever, and another slot
BORN = date(1990, 8, 17)
KINDS: dict[str, tuple[type[Any], str]] = {  # and the model's rule
    "place": (PlaceHold, "place"),
    "correct": (PlaceHold, "place"),
    "confirm": (ConfirmHold, "confirm"),
    "guess": (ConfirmHold, "confirm"),
    "release": (ReleaseHold, "give_back"),
    "extend": (ExtendHold, "extend"),
    "cancel": (CancelBooking, "give_back"),
    "move": (RescheduleBooking, "reschedule"),
}
OFTEN = 7  # up to this number somebody speaks of what stands, from there on of anything at all
OF_HOLD, OF_BOOKING = {"correct", "confirm", "guess", "release", "extend"}, {"cancel", "move"}
T = TypeVar("T")


class Ask(NamedTuple):
    """A command, and what the model is to know of it besides."""

    command: SomeCommand
    verb: str
    about: UUID | None = None  # the hold that it names
    keys: frozenset[Any] = frozenset()  # of owner and applicant
    person: int = 0
    is_late: bool = False
    is_right: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody; `same` tells who is one person, with a mistake or without."""

    name: str
    same: int
    phone: int
    born: date = BORN
    nik: str | None = None


class Hold(NamedTuple):
    """A hold that was asked for."""

    id: UUID
    owner: str
    slot: SlotRef
    person: int


def people() -> list[Person]:
    """Eight who get in one another's way: misspelt, with one NIK, on one phone."""
    one, two, three, four, five = (letters() for _ in range(5))
    niks = [f"{uuid4().int % 10**16:016d}" for _ in range(2)]
    return [
        Person(one, 1, 0),
        Person(f"{one}h", 1, 0),
        Person(two, 2, 1, nik=niks[0]),
        Person(two, 2, 1, date(1991, 8, 17)),
        Person(three, 3, 2, nik=niks[0]),
        Person(four, 4, 2),
        Person(five, 5, 0),
        Person(one, 1, 1, nik=niks[1]),
    ]


def letters() -> str:
    """A name; not by `random`, which hypothesis begins anew with each example."""
    return "".join(chr(97 + int(digit, 16)) for digit in uuid4().hex[:14])


@dataclass(slots=True)
class Desk:
    """Writes commands and keeps what later ones may speak of."""

    keys: Keys
    refs: list[SlotRef]
    people: list[Person] = field(default_factory=people)
    phones: list[str] = field(init=False)
    sent: list[Ask] = field(default_factory=list)
    holds: dict[UUID, Hold] = field(default_factory=dict)  # that were asked for
    held: dict[UUID, Hold] = field(default_factory=dict)  # that were granted
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)  # that were ever given
    booked: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.phones = [self._owner() for _ in range(3)]

    def write(self, wishes: Iterable[tuple[Any, ...]]) -> list[Ask]:
        """Write commands, in order; each may speak of those before it."""
        asks = []
        for verb, *wish in wishes:
            asks.append(self._write(verb, *wish))
            if verb == "book" or (verb in OF_BOOKING and not self.codes):
                asks.append(self._confirm(asks[-1].command))
        return asks

    def crowd(self, ref: SlotRef, number: int) -> list[Ask]:
        """Let so many whom nobody knows ask for a slot."""
        made = []
        for _ in range(number):
            values = self._values("plain", 0) | {"owner": self._owner(), "slot": ref}
            made.append(self._sent(self._asked("place", Person(letters(), 0, 0), values)))
        return made

    def learn(self, ask: Ask, result: SomeResult) -> None:
        """Remember what an answer gave or took."""
        owner = ask.command.owner
        match result:
            case HoldGranted():
                self.held[result.hold_id] = self.holds[result.hold_id]
            case BookingGranted(booking_code=code):
                self.held.pop(result.hold_id, None)
                self.codes[code] = self.booked[code] = (code, owner)
            case SeatGivenBack():
                self.held.pop(result.hold_id, None)
                self.booked.pop(result.booking_code or "", None)

    def _sent(self, ask: Ask) -> Ask:
        self.sent.append(ask)
        command = ask.command
        if isinstance(command, PlaceHold | RescheduleBooking):
            hold = Hold(command.id, command.owner, command.slot, ask.person)
            self.holds.setdefault(command.id, hold)
        return ask

    def _confirm(self, hold: SomeCommand) -> Ask:
        """Confirm what is being asked for."""
        right = self.keys.approval_code(hold.id, hold.owner)
        values = self._values("plain", 0) | {"owner": hold.owner, "hold_id": hold.id}
        command = ConfirmHold(**values, approval_code=right)
        return self._sent(Ask(command, "confirm", hold.id))

    def _write(self, verb: str, who: int, place: int, pick: int, way: str) -> Ask:
        if verb == "repeat" and self.sent:
            return self._sent(self._again(nth(self.sent, pick), is_late=way == "late"))
        person, ref = self.people[who], self.refs[PLACES[place]]
        owner = self.phones[person.phone]
        hold = one_of(self.held, self.holds, pick) or Hold(uuid4(), owner, ref, person.same)
        code, booker = one_of(self.booked, self.codes, pick) or ("0" * 12, owner)
        asks = hold.owner if verb in OF_HOLD else booker if verb in OF_BOOKING else owner
        if way == "stranger":
            asks = self.phones[self.phones.index(asks) - 1]
        values = self._values(way, pick) | {"owner": asks, "hold_id": hold.id, "slot": ref}
        if verb == "correct":
            values |= {"replaces": hold.id, "slot": hold.slot if place < ELSEWHERE else ref}
            values |= {"keeps_seat": True} if who % 2 else {}
            alike = [one for one in self.people if one.same == hold.person]
            person = alike[who % len(alike)] if alike and place < ANYBODY else person
        right = self.keys.approval_code(hold.id, asks)
        values |= {"booking_code": code, "approval_code": "000000" if verb == "guess" else right}
        return self._sent(
            self._asked(verb, person, values)._replace(
                about=hold.id if verb in OF_HOLD else None,
                is_late=way == "late",
                is_right=verb != "guess",
            )
        )

    def _values(self, way: str, pick: int) -> dict[str, Any]:
        """Give what every command has."""
        taken = nth(self.sent, pick) if way == "taken" else None
        return {
            "id": taken.command.id if taken else uuid4(),
            "channel": Channel.WEB,
            "contact": Contact(phone="+6281200000000"),
            "deadline": deadline(is_late=way == "late"),
            "tell": way == "tell",
        }

    def _asked(self, verb: str, person: Person, values: dict[str, Any]) -> Ask:
        """Make the command; each kind takes of the values what it needs.

        Who has nothing to confirm, to move or to give back asks for a seat.
        """
        known = self.holds if verb in OF_HOLD else self.codes
        kind, rule = KINDS["place"] if not known else KINDS.get(verb, KINDS["place"])
        who = Applicant(name=person.name, birth_date=person.born, nik=person.nik)
        command = kind(**values, applicant=who)
        if rule != "place":
            return Ask(command, rule)
        keys = {command.owner, (person.name, person.born), person.nik} - {None}
        return Ask(command, rule, keys=frozenset(keys), person=person.same)

    def _again(self, ask: Ask, *, is_late: bool) -> Ask:
        """Send a command again, honestly: what may differ does."""
        more = {"channel": Channel.MOBILE, "contact": Contact(phone="+6281200000001")}
        more |= {"deadline": deadline(is_late=is_late)}
        return ask._replace(command=ask.command.model_copy(update=more), is_late=is_late)

    def _owner(self) -> str:
        return self.keys.owner_of(f"+62812{uuid4().int % 10**9:09d}", None)


def nth(those: Sequence[T], pick: int) -> T | None:
    """Pick one, the last first."""
    return those[-1 - pick % len(those)] if those else None


def one_of(standing: Mapping[Any, T], every: Mapping[Any, T], pick: int) -> T | None:
    """Pick mostly of what stands."""
    return nth([*(standing if standing and pick < OFTEN else every).values()], pick)


def deadline(*, is_late: bool) -> datetime:
    """Give a time that is over, or one that no example lives to see."""
    return datetime.now(UTC) + (timedelta(minutes=-1) if is_late else timedelta(hours=1))
