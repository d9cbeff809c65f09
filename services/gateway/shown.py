"""What pages show at one moment, and what is new in it since another."""

from datetime import date, datetime, timedelta
from hashlib import sha256

from services.gateway.availability import Board
from services.gateway.bodies import Availability, SessionState, SlotState
from services.gateway.memory import NEVER
from shared.messages import Session


class Shown:
    """What pages show at one moment; written whole only where a page needs it so."""

    def __init__(self, board: Board, body: Availability, now: datetime) -> None:
        self._body, self._whole = body, b""
        self._made_of = (board.offer, board.offer.version, board.calendar)
        self._turns_at = board.offer.turns_at(now)
        text = body.model_dump_json(exclude={"as_of"})
        self.id = sha256(text.encode()).hexdigest()[:24]
        self.sessions: dict[tuple[date, Session], SessionState] = {
            (day.date, one.session): one for day in body.days for one in day.sessions
        }

    def holds(self, board: Board, now: datetime) -> bool:
        """Whether nothing can have changed since."""
        offer, version, calendar = self._made_of
        is_same = board.offer is offer and offer.version == version
        return is_same and board.calendar == calendar and now < self._turns_at

    def turns_in_s(self, now: datetime, most: float) -> float:
        """Say in how many seconds time alone changes something; a moment after, to be sure."""
        if self._turns_at == NEVER:
            return most
        return (self._turns_at - now + timedelta(milliseconds=1)).total_seconds()

    def whole(self) -> bytes:
        """Write all of it, as GET gives it."""
        if not self._whole:
            text = self._body.model_dump_json(exclude_unset=True)
            self._whole = _event("availability", text, self.id)
        return self._whole

    def news(self, before: "Shown") -> bytes:
        """Write what is new; only its last part has the id, so that no part can be lost."""
        if self.sessions.keys() != before.sessions.keys():
            return self.whole()
        changed = [
            SlotState(date=day, **dict(one))
            for (day, session), one in self.sessions.items()
            if one != before.sessions[day, session]
        ]
        ids = [None] * (len(changed) - 1) + [self.id]
        texts = (one.model_dump_json() for one in changed)
        return b"".join(_event("slot", text, i) for text, i in zip(texts, ids, strict=False))


def _event(kind: str, text: str, number: str | None) -> bytes:
    named = f"id: {number}\n" if number else ""
    return f"event: {kind}\n{named}data: {text}\n\n".encode()
