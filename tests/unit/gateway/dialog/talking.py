"""Two offices, a few free dates, and a way to say something to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

from services.gateway.dialog import turns
from services.gateway.dialog.context import resolve
from services.gateway.dialog.state import Booked, Facts, Free, HeldSeat, Office, State
from shared.keys import CROCKFORD, booking_code_of
from shared.messages import Language, Session, SlotRef

NOW = datetime(2027, 1, 13, 3, tzinfo=UTC)
TODAY = date(2027, 1, 13)
BORN = date(1967, 11, 20)
CODE = next(code for symbol in CROCKFORD if booking_code_of(code := f"7K4M2Q8RTX3{symbol}"))
OTHER_CODE = next(code for symbol in CROCKFORD if booking_code_of(code := f"7K4M2Q8RTX4{symbol}"))
APPROVAL, OTHER_APPROVAL, IN_LETTERS = "7K4M2Q", "9A9A9A", "HWKQZT"
ME, ME_BEFORE = "0" * 64, "1" * 64


def office(key: str, name: str, province: str, *services: str) -> Office:
    services = services or ("passport",)
    return Office(key, f"Kantor Imigrasi {name}", name, province, "Jl. A", "Asia/Jakarta", services)


JAKARTA = office("jakarta-pusat", "Jakarta Pusat", "DKI Jakarta")
SURABAYA = office("surabaya", "Surabaya", "Jawa Timur")
BATAM = office("batam", "Batam", "Kepulauan Riau")
KEDIRI = office("kediri", "Kediri", "Jawa Timur")
BANDUNG = office("bandung", "Bandung", "Jawa Barat", "passport", "e-passport")
OFFICES = {one.id: one for one in (JAKARTA, SURABAYA, BATAM, KEDIRI, BANDUNG)}
SERVICES = {
    "passport": {Language.ID: "Paspor", Language.EN: "Passport"},
    "e-passport": {Language.ID: "Paspor elektronik", Language.EN: "Electronic passport"},
}


def ref(day: int, session: Session = Session.MORNING, where: Office = JAKARTA) -> SlotRef:
    return SlotRef(office=where.id, service="passport", date=date(2027, 1, day), session=session)


FREE = tuple(
    Free(ref(day, session), time(8), time(12), 14)
    for day in (18, 19, 20, 21, 22, 25)
    for session in Session
)
FACTS = Facts(NOW, OFFICES, free=FREE, dates_of="jakarta-pusat", services=SERVICES)
HERE = State(office="jakarta-pusat", greeted=True)
AT_BANDUNG = State(office="bandung", greeted=True)
OF_BANDUNG = replace(FACTS, dates_of="bandung")


def held(code: str = APPROVAL, name: str = "Ahmad", number: int = 1) -> HeldSeat:
    return HeldSeat(UUID(int=number), ME, code, name, BORN, ref(18), JAKARTA, NOW)


def booked(code: str = CODE, name: str = "Ahmad", approval: str = "AAAAAA") -> Booked:
    return Booked(code, ME, approval, name, ref(25), JAKARTA, "08:00-08:30", "A-001")


def having(*mine: HeldSeat | Booked, facts: Facts = FACTS) -> Facts:
    """The facts of somebody who has these holds and bookings."""
    return replace(
        facts,
        holds=tuple(one for one in mine if isinstance(one, HeldSeat)),
        bookings=tuple(one for one in mine if isinstance(one, Booked)),
    )


def turn(text: str, state: State = HERE, facts: Facts = FACTS) -> turns.Turn:
    """Take a turn with no more of these facts than it said that it needs."""
    intent = resolve(text, state, facts, TODAY)
    needed = turns.needs(intent, state, facts)
    own = {} if needed.own else {"holds": (), "bookings": (), "pending": 0}
    told = {} if needed.placed else {"refused": None}
    return turns.answer(intent, state, replace(facts, **own, **told))


def body(text: str, state: State = HERE, facts: Facts = FACTS) -> str:
    reply = turn(text, state, facts).reply
    assert reply is not None
    return reply.body


def rows(text: str, state: State = HERE, facts: Facts = FACTS) -> list[str]:
    reply = turn(text, state, facts).reply
    assert reply is not None
    return [row.id for row in reply.rows]
