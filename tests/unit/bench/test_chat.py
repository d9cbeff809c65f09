"""What the people of B12 write, as the gateway reads it."""

import json
from datetime import date

import pytest

from bench.bars.chat import GREETING, Webhooks, Writers, asking, has_seat
from bench.crowd import BORN, name_of
from services.gateway.dialog.intents import Request, Simple
from services.gateway.dialog.parse import understand
from shared.messages import Session, SlotRef

SLOT = SlotRef(office="here", service="passport", date=date(2027, 3, 1), session=Session.MORNING)


def said(request: bytes) -> str:
    body = json.loads(request.partition(b"\r\n\r\n")[2])
    text: str = body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]
    return text


@pytest.mark.parametrize("session", list(Session))
def test_one_message_asks_for_a_seat_of_the_slot(session: Session) -> None:
    slot = SLOT.model_copy(update={"session": session})
    text = said(Webhooks(7, 1, "secret", asking(slot)).make()[0])

    found = understand(text, date(2027, 1, 13))

    assert isinstance(found, Request)
    assert (found.name, found.birth_date) == (name_of(7), BORN)
    assert (found.visit, found.session) == (slot.date, session)


def test_half_of_the_writers_ask_for_a_seat_and_half_greet_in_turn() -> None:
    both = Writers((Webhooks(1, 3, "secret"), Webhooks(4, 3, "secret", asking(SLOT))))

    texts = [said(request) for request in both.make()]

    assert texts[::2] == [GREETING] * 3
    assert len({text for text in texts[1::2] if text.startswith("#Contoh ")}) == 3
    assert len(set(both.phones())) == 6
    assert both.phones()[1] == both.groups[1].phones()[0]
    assert understand(GREETING, date(2027, 1, 13)) == Simple.GREET


def test_only_what_can_be_agreed_to_is_a_seat() -> None:
    assert has_seat({"buttons": [{"id": "x", "title": "Setuju"}]})
    assert not has_seat({"buttons": [{"id": "x", "title": "Bantuan"}]})
    assert not has_seat({"text": "Sebentar"})
