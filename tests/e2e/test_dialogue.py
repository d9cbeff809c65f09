"""The dialogue of LAW, from a chat text to the text that comes back."""

import re

import pytest

from shared.messages import SlotRef
from tests.conftest import eventually
from tests.system_fixtures import OWN_NUMBER_ID, System, open_slot

CODE = re.compile(r"\*([0-9A-HJKMNP-TV-Z]{6})\*")
BOOKING_CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


async def test_the_dialogue_typed_as_in_2017_ends_with_a_booking(system: System) -> None:
    slot = await open_slot(system, 5, office="jakarta-pusat")
    someone = system.person()

    greeting = await someone.say("Halo")
    dates = await someone.say("#tgllayanan")
    held = await someone.say(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")
    booked = await someone.say(CODE.search(held["text"])[1])

    assert "#tgllayanan" in greeting["text"]
    assert slot.office in dates["rows"][0]["id"]
    assert someone.name.upper() in held["text"]
    assert "20-11-1967" in held["text"]
    assert f"{slot.date:%d-%m-%Y}" in held["text"]
    assert "08.00-08.30 WIB" in booked["text"]
    assert "Jl. Merpati" in booked["text"]
    assert BOOKING_CODE.search(booked["text"])


async def test_the_dialogue_tapped_needs_only_name_and_birth_date(system: System) -> None:
    await open_slot(system, 5)
    someone = system.person()

    greeting = await someone.say("Selamat pagi")
    dates = await someone.say(reply_id=greeting["buttons"][0]["id"])
    await someone.say(reply_id=dates["rows"][0]["id"])
    held = await someone.say(f"#{someone.name}#20111967")
    booked = await someone.say(reply_id=held["buttons"][0]["id"])
    question = await someone.say(f"#batal#{BOOKING_CODE.search(booked['text'])[0]}")
    gone = await someone.say(reply_id=question["buttons"][0]["id"])

    assert "sudah dikonfirmasi" in booked["text"]
    assert "dibatalkan" in gone["text"]


async def test_where_an_office_has_several_services_the_one_asked_for_is_booked(
    system: System,
) -> None:
    await open_slot(system, 5, office="jakarta-selatan", service="passport")
    slot = await open_slot(system, 5, office="jakarta-selatan", service="e-passport")
    someone = system.person()

    asked = await someone.say("#kantor#jakarta selatan")
    dates = await someone.say(reply_id=asked["rows"][1]["id"])
    held = await someone.say(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")

    assert [row["id"] for row in asked["rows"]] == ["#layanan#passport", "#layanan#e-passport"]
    assert "Paspor elektronik" in dates["text"]
    assert "Layanan: Paspor elektronik" in held["text"]


async def test_a_mistake_in_the_echo_is_corrected_on_the_last_seat(system: System) -> None:
    slot = await open_slot(system, 1)
    someone = system.person()
    held = await someone.say(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")

    asked = await someone.say(reply_id=held["buttons"][1]["id"])
    corrected = await someone.say(f"#{someone.name}h#20111967")
    old = await someone.say(CODE.search(held["text"])[1])
    booked = await someone.say(reply_id=corrected["buttons"][0]["id"])

    assert someone.name in asked["text"]
    assert f"{someone.name.upper()}H" in corrected["text"]
    assert not BOOKING_CODE.search(old["text"])
    assert f"{someone.name.upper()}H" in booked["text"]


async def test_a_button_acts_on_the_hold_of_its_own_message(system: System) -> None:
    slot = await open_slot(system, 5)
    someone = system.person()
    father = await someone.say(f"#{someone.name} Ayah#20111967#{slot.date:%d%m%Y}")
    await someone.say(f"#{someone.name} Ibu#20111970#{slot.date:%d%m%Y}")

    gone = await someone.say(reply_id=father["buttons"][2]["id"])

    assert "AYAH" in gone["text"]


async def test_a_wrong_code_says_how_many_tries_are_left(system: System) -> None:
    await open_slot(system, 5)
    someone = system.person()
    await someone.say("#tgllayanan")
    await someone.say(f"#{someone.name}#20111967#1")

    answer = await someone.say("000000")

    assert "Sisa 4 percobaan" in answer["text"]


async def test_english_is_spoken_on_request(system: System) -> None:
    someone = system.person()

    await someone.say("English")
    greeting = await someone.say("Hello")

    assert "Welcome to Antrean" in greeting["text"]


async def test_a_hold_made_on_the_web_is_known_to_whatsapp(system: System, slot: SlotRef) -> None:
    someone = system.person()
    await someone.log_in()
    status, hold = await someone.hold(slot)

    answer = await someone.say(f"#{someone.name}#17081990#{slot.date:%d%m%Y}")

    assert status == 201, hold
    assert "sudah punya jadwal" in answer["text"]


async def test_a_hold_made_by_whatsapp_is_known_to_the_web(system: System, slot: SlotRef) -> None:
    someone = system.person()
    await someone.log_in()
    await someone.say(f"#{someone.name}#17081990#{slot.date:%d%m%Y}")

    status, refusal = await someone.hold(slot)

    assert status == 409
    assert refusal["code"] == "already_booked"


async def test_both_channels_see_the_same_quota(system: System) -> None:
    slot = await open_slot(system, 7, office="sabang")
    someone = system.person()

    dates = await someone.say("#kantor#sabang")
    dates = await someone.say("#tgllayanan")
    path = f"/v1/offices/sabang/availability?from={slot.date}&to={slot.date}"

    async def is_shown() -> bool:
        _, shown = await system.call("GET", path)
        return bool(shown["days"][0]["sessions"][0]["remaining"] == 7)

    assert "sisa 7" in dates["text"]
    assert await eventually(is_shown)


@pytest.mark.parametrize("kind", ["image", "audio", "sticker", "location", "future_kind"])
async def test_a_message_that_is_no_text_is_answered_politely(system: System, kind: str) -> None:
    someone = system.person()
    url = f"{system.simulator}/api/inbound"
    body = {"phone": someone.phone, "name": someone.name, "type": kind}

    async with system.http.post(url, json=body) as done:
        assert (await done.json())["delivered"]

    assert "teks" in (await someone.hear())["text"]


async def test_a_webhook_that_comes_twice_has_one_effect(system: System, slot: SlotRef) -> None:
    someone = system.person()
    text = f"#{someone.name}#17081990#{slot.date:%d%m%Y}"
    url = f"{system.simulator}/api/inbound"
    body = {"phone": someone.phone, "name": someone.name, "text": text, "message_id": "wamid.A1"}

    for _ in range(3):
        async with system.http.post(url, json=body) as done:
            assert (await done.json())["delivered"]
    await someone.hear()
    status = await someone.say("#status")

    assert status["text"].count(someone.name.upper()) == 1
    assert len(await someone.texts()) == 2


async def test_a_request_that_takes_long_is_said_to_be_at_work_and_then_answered(
    system: System,
) -> None:
    slot = await open_slot(system, 5)
    someone = system.person()

    with system.processes.paused("booking"):
        still = await someone.say(f"#{someone.name}#20111967#{slot.date:%d%m%Y}")
    held = await someone.hear()

    assert "sedang diproses" in still["text"]
    assert CODE.search(held["text"])


async def test_an_office_with_a_number_of_its_own_speaks_there_for_itself(system: System) -> None:
    someone = system.person()
    body = {"phone": someone.phone, "name": someone.name, "number_id": OWN_NUMBER_ID}

    async def answer(text: str) -> dict[str, str]:
        url = f"{system.simulator}/api/inbound"
        async with system.http.post(url, json=body | {"text": text}) as done:
            assert (await done.json())["delivered"]
        return await someone.hear()

    own = await answer("Halo")
    usual = await someone.say("Halo")

    assert ("Padang" in own["text"], own["number_id"]) == (True, OWN_NUMBER_ID)
    assert usual["number_id"] != OWN_NUMBER_ID


async def test_the_code_of_somebody_else_confirms_nothing(system: System, slot: SlotRef) -> None:
    owner, stranger = system.person(), system.person()
    held = await owner.say(f"#{owner.name}#20111967#{slot.date:%d%m%Y}")
    code = CODE.search(held["text"])[1]

    refused = await stranger.say(code)
    booked = await owner.say(code)

    assert not BOOKING_CODE.search(refused["text"])
    assert BOOKING_CODE.search(booked["text"])
