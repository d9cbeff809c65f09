import json
import re
import string
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

import pytest

from services.notifier.templates import templates
from services.notifier.texts import GSM7, Composed, Place, Recipient, compose
from services.notifier.words import BUTTONS, REFUSALS, SMS, WORDS
from shared.messages import (
    Alternative,
    Channel,
    Contact,
    Event,
    EventBody,
    EventType,
    Language,
    Refusal,
    Session,
    event_name,
)

ROOT = Path(__file__).parents[3]
LONGEST_NAME = "Contoh " + "Panjang" * 10
PLACE = Place(
    "Kantor Imigrasi Kelas II Tanjung Balai Karimun", "Tanjung Balai Karimun", "Jl. " + "x" * 200,
    "Asia/Makassar", 30, date(2027, 9, 22), Session.AFTERNOON, time(13), time(16),
    datetime(2027, 9, 1, 3, tzinfo=UTC),
    {Language.ID: "Penggantian paspor elektronik", Language.EN: "Electronic passport replacement"},
)  # fmt: skip
THERE = tuple(
    Alternative(
        office="surabaya", office_name="Tanjung Balai Karimun", service="passport",
        date=date(2027, 9, day), session=Session.AFTERNOON, remaining=384, distance_km=1234.5,
    )
    for day in range(1, 6)
)  # fmt: skip
TOLD = (
    EventType.HOLD_PLACED, EventType.HOLD_EXPIRED, EventType.HOLD_RELEASED,
    EventType.BOOKING_CONFIRMED, EventType.BOOKING_CANCELLED, EventType.BOOKING_RESCHEDULED,
)  # fmt: skip


def recipient(language: Language) -> Recipient:
    return Recipient(
        contact=Contact(phone="+6281234567890", language=language), owner="0" * 64,
        name=LONGEST_NAME, birth_date=date(1967, 11, 20), place=PLACE, approval_code="7K4M2Q",
        booking_code="7K4M2Q8RTX3C", service_hour="13:00-13:30", queue_number="B-384",
    )  # fmt: skip


def happened(kind: EventType, channel: Channel = Channel.WHATSAPP, **data: object) -> Event:
    return Event(
        id=UUID(int=1), type=event_name(kind), time=datetime(2027, 9, 1, tzinfo=UTC),
        data=EventBody(channel=channel, **data),
    )  # fmt: skip


def every_text(language: Language) -> list[Composed]:
    to = recipient(language)
    found = [compose(happened(kind), to) for kind in TOLD]
    for code in Refusal:
        event = happened(
            EventType.HOLD_REFUSED, code=code, date=PLACE.date, session=PLACE.session,
            opens_at=PLACE.expires_at, tries_left=3, alternatives=THERE,
        )  # fmt: skip
        found.append(compose(event, Recipient(contact=to.contact, owner=to.owner)))
    return [text for text in found if text]


@pytest.mark.parametrize("language", Language)
def test_every_event_that_is_told_has_words(language: Language) -> None:
    assert len(every_text(language)) == len(TOLD) + len(Refusal)


@pytest.mark.parametrize("language", Language)
def test_every_text_fits_whatsapps_limits(language: Language) -> None:
    for text in every_text(language):
        assert len(text.content.body) <= 1024
        assert "{" not in text.content.body
        assert all(text.parameters)


@pytest.mark.parametrize("language", Language)
def test_every_sms_is_one_segment_with_the_brand_first(language: Language) -> None:
    for text in every_text(language):
        if text.sms:
            assert text.sms.startswith("ANTREAN: ")
            assert len(text.sms) <= 160
            assert set(text.sms) <= GSM7


@pytest.mark.parametrize("language", Language)
def test_a_confirmation_by_sms_is_not_cut(language: Language) -> None:
    text = compose(happened(EventType.BOOKING_CONFIRMED), recipient(language))

    assert text is not None
    assert text.sms is not None
    assert "7K4M-2Q8R-TX3C" in text.sms
    assert text.sms.endswith(".")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", TOLD[3:])
def test_a_template_says_what_the_chat_says(kind: EventType, language: Language) -> None:
    text = compose(happened(kind), recipient(language))
    assert text is not None
    named = {(one["name"], one["language"]): one for one in templates()}
    body = named[text.template or "", language.value]["components"][0]["text"]

    for place, value in enumerate(text.parameters, 1):
        assert f"{{{{{place}}}}}" in body
        body = body.replace(f"{{{{{place}}}}}", value)

    assert body == text.content.body
    assert all(value == " ".join(value.split()) for value in text.parameters)


def test_templates_are_as_whatsapp_takes_them() -> None:
    for one in templates():
        (body,) = one["components"]
        fields = re.findall(r"\{\{(\d+)\}\}", body["text"])
        assert fields == [str(number) for number in range(1, len(fields) + 1)]
        assert len(body["example"]["body_text"][0]) == len(fields)
        assert not body["text"].startswith("{{")
        assert not body["text"].endswith("}}")
        assert "\n\n\n" not in body["text"]


def test_the_simulator_knows_the_templates_that_are_sent() -> None:
    known = json.loads((ROOT / "channels/simulator/templates.json").read_text(encoding="utf-8"))

    assert known == templates()  # python -m services.notifier.templates writes it


def test_what_is_told_within_a_conversation_needs_no_template() -> None:
    assert [text.template for text in every_text(Language.ID) if text.template] == [
        "antrean_confirmed", "antrean_cancelled", "antrean_moved"
    ]  # fmt: skip


def test_the_echo_is_the_one_of_2017_with_the_dates_in_words() -> None:
    text = compose(happened(EventType.HOLD_PLACED), recipient(Language.ID))

    assert text is not None
    body = text.content.body
    assert "Nomor WA: 081234567890" in body
    assert "Tgl Lahir: 20-11-1967 (Senin, 20 November 1967)" in body
    assert "Tgl layanan: 22-09-2027 (Rabu, 22 September 2027)" in body
    assert [button.id for button in text.content.buttons] == [
        "#setuju#7K4M2Q", "#ganti#7K4M2Q", "#batalkan#7K4M2Q",
    ]  # fmt: skip


def test_a_hold_made_on_the_web_is_not_told_by_whatsapp() -> None:
    assert compose(happened(EventType.HOLD_PLACED, Channel.WEB), recipient(Language.ID)) is None


@pytest.mark.parametrize("words", [WORDS, REFUSALS, BUTTONS, SMS])
def test_both_languages_say_the_same_things(words: dict[str, dict[Language, str]]) -> None:
    for key, both in words.items():
        blanks = [
            {part for _, part, _, _ in string.Formatter().parse(both[language]) if part}
            for language in Language
        ]
        assert blanks[0] >= blanks[1], key


def test_a_refusal_says_in_words_where_there_still_is_quota() -> None:
    here = THERE[0].model_copy(update={"office": "batam", "distance_km": None})
    event = happened(
        EventType.HOLD_REFUSED,
        **SLOT_OF_BATAM,
        code=Refusal.SLOT_FULL,
        alternatives=(here, THERE[1]),
    )

    told = compose(event, recipient(Language.ID))

    assert told is not None
    assert "- Rab 1 Sep · Siang: Sisa 384" in told.content.body
    assert "- Tanjung Balai Karimun: Kam 2 Sep · Siang · Sisa 384 · 1234 km" in told.content.body
    assert [row.title for row in told.content.rows] == [
        "Rab 1 Sep · Siang",
        "Tanjung Balai Karimun",
    ]


SLOT_OF_BATAM = {"office": "batam", "service": "passport", "date": date(2027, 9, 1),
                 "session": Session.MORNING}  # fmt: skip


@pytest.mark.parametrize("kind", [EventType.BOOKING_CONFIRMED, EventType.BOOKING_RESCHEDULED])
def test_a_booking_that_moved_meanwhile_is_told_of_by_its_move_alone(kind: EventType) -> None:
    gone = replace(recipient(Language.ID), booking_code=None, service_hour=None)

    assert compose(happened(kind), gone) is None
