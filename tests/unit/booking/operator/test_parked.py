import json

import pytest

from services.booking.operator.parked import describe


def parked(body: object, **headers: object) -> dict[str, object]:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return describe({name.replace("_", "-"): value for name, value in headers.items()}, text)


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
