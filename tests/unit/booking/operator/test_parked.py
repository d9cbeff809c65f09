import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.booking.operator.parked import Parked, contents, describe, parked_of

ID = "0e0f1c52-7d1c-4f0e-9a43-6a1f9d1b2c3d"


def message(body: object, message_id: str = "m1", **headers: object) -> Parked:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return parked_of(named, text, message_id)


def parked(body: object, **headers: object) -> dict[str, object]:
    return describe(message(body, **headers))


def test_a_parked_command_shows_its_kind_and_nothing_of_the_person() -> None:
    body = {
        "commands": [
            {
                "kind": "hold.place",
                "contact": {"phone": "+628123456789"},
                "applicant": {"name": "Siti Aminah", "birth_date": "1990-08-17"},
            }
        ]
    }

    shown = parked(body, x_queue="antrean.commands.booking", x_reason="applicant.name: missing")

    assert shown["kinds"] == ["hold.place"]
    assert shown["queue"] == "antrean.commands.booking"
    assert shown["reason"] == "applicant.name: missing"
    assert not {"Siti", "62812", "1990"} & set(json.dumps(shown).replace("+", " ").split())


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"kind": "text.send", "text": "Halo"}, ["text.send"]),
        ({"type": "id.antrean.hold.placed.v1", "data": {}}, ["id.antrean.hold.placed.v1"]),
        ({"commands": [{"kind": "hold.place"}, {"kind": "booking.cancel"}]},
         ["hold.place", "booking.cancel"]),
        ({"kind": "Siti Aminah"}, []),
        ({"kind": "Aminah"}, []),
        ({"commands": [{"kind": "Aminah"}]}, []),
        ({"commands": [{"kind": ["Aminah"]}, 7, None]}, []),
        ({"commands": 7}, []),
        ({"commands": None}, []),
        ({"commands": {"kind": "hold.place"}}, []),
        ([1, 2], []),
        (b"", []),
        (b"\xff\xfe", []),
        (b"[" * 100_000, []),
        (b"Siti Aminah", []),
    ],
)  # fmt: skip
def test_only_kinds_that_we_coined_are_shown(body: object, kinds: list[str]) -> None:
    assert parked(body)["kinds"] == kinds


def test_what_the_broker_gave_up_on_says_where_it_came_from() -> None:
    shown = parked(b"{}", x_death=[{"queue": "antrean.notifier", "reason": "delivery_limit"}])

    assert shown["queue"] == "antrean.notifier"
    assert shown["reason"] == "given up after too many deliveries"


@pytest.mark.parametrize("deaths", [None, [], ["x"], "x", [{}]])
def test_headers_of_any_shape_are_survived(deaths: object) -> None:
    assert parked(b"{}", x_death=deaths)["queue"] == "-"


def test_the_size_is_in_bytes() -> None:
    assert parked(b"\xc3\xa9")["bytes"] == 2


def test_an_id_stays_the_same_and_tells_two_of_one_body_apart() -> None:
    one, again, other = message(b"{}"), message(b"{}", x_queue="any"), message(b"{}", "m2")

    assert one.id == again.id
    assert len({one.id, other.id, message(b"[]").id}) == 3


WRONG = "Siti Aminah"
PERSONAL = {
    "contact": {"phone": "+628123456789", "bsuid": "ID.123"},
    "applicant": {"name": WRONG, "birth_date": "1990-08-17", "nik": "3171011708900001"},
    "approval_code": "7K4M2Q",
    "booking_code": "7K4M2Q8RTX3C",
    "owner": "ab" * 32,
    "to": {"phone": "+628123456789"},
    "content": {"body": WRONG},
    "error": {"message": WRONG},
    "provider_ref": "wamid.NjI4MTIzNDU2Nzg5",
}


@pytest.mark.parametrize(
    "body",
    [
        {"commands": [PERSONAL | {"kind": "hold.place", "id": ID}]},
        PERSONAL | {"kind": "text.send", "id": ID},
        [{"type": "id.antrean.hold.placed.v1", "id": ID, "data": PERSONAL}],
        {"commands": [dict.fromkeys(
            ("kind", "type", "id", "replaces", "hold_id", "command_id", "deadline", "valid_until",
             "time", "at", "date", "session", "channel", "code", "office", "service"), WRONG)]},
        {"commands": [{"slot": {"office": "siti-aminah", "service": "3171011708900001",
                                "date": "08123456789", "session": "Siti"}}]},
        {"commands": [{"slot": WRONG, "data": [WRONG], "id": {"a": WRONG}, "date": [WRONG]}]},
    ],
)  # fmt: skip
def test_of_what_is_inside_nothing_is_shown_that_could_name_a_person(body: object) -> None:
    shown = json.dumps(contents(json.dumps(body).encode(), {"batam", "passport"}))

    for canary in ("Siti", "siti", "Aminah", "812345", "1990", "31710", "7K4M", "wamid", "abab"):
        assert canary not in shown


def test_of_what_is_inside_ids_times_place_and_code_are_shown() -> None:
    slot = {"office": "batam", "service": "passport", "date": "2027-01-11", "session": "morning"}
    command = {"kind": "hold.place", "id": ID, "slot": slot, "channel": "web"}
    event = {"type": "id.antrean.hold.refused.v1", "data": slot | {"code": "slot_full"}}
    named = {"batam", "passport"}

    (placed,) = contents(json.dumps({"commands": [command]}).encode(), named)
    (refused,) = contents(json.dumps([event]).encode(), named)

    assert placed == slot | {"kind": "hold.place", "id": ID, "channel": "web"}
    assert refused == slot | {"kind": "id.antrean.hold.refused.v1", "code": "slot_full"}


def test_the_first_command_whose_time_is_over_says_when_and_is_written_without() -> None:
    early, late = "2027-01-11T09:00:00+07:00", "2027-01-11T03:00:00Z"
    commands = [{"id": ID, "deadline": late}, {"id": ID, "deadline": early}, {"id": WRONG}, 7]
    found = message({"commands": commands}, x_queue="antrean.commands.booking")

    assert found.ends_at() == datetime(2027, 1, 11, 2, tzinfo=UTC)
    assert found.command_ids() == [UUID(ID)] * 2
    without = json.loads(found.without_deadlines())
    assert without == {"commands": [{"id": ID}, {"id": ID}, {"id": WRONG}, 7]}


@pytest.mark.parametrize("deadline", [None, 7, "soon", "2027-01-11T09:00:00", [], {}])
def test_a_deadline_that_is_none_is_never_over(deadline: object) -> None:
    assert message({"commands": [{"deadline": deadline}]}).ends_at() is None
