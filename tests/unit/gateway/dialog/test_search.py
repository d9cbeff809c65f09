import csv
from pathlib import Path

import pytest

from services.gateway.dialog.choosing import offices_meant
from services.gateway.dialog.search import find_offices
from services.gateway.dialog.state import Office

LIST = Path(__file__).parents[4] / "services" / "booking" / "data" / "offices.csv"
with LIST.open(encoding="utf-8", newline="") as file:
    EVERY = [
        Office(
            *(row[name] for name in ("slug", "name", "short_name", "province", "address")),
            timezone=row["timezone"],
            services=("passport",),
        )
        for row in csv.DictReader(file)
    ]


def found(text: str) -> list[str]:
    return [one.id for one in offices_meant(text, EVERY)]


@pytest.mark.parametrize("office", EVERY, ids=lambda one: one.id)
def test_every_office_is_reached_by_its_name_however_it_is_written(office: Office) -> None:
    short = office.short_name
    for text in (office.id, short, short.upper(), short.replace(" ", ""), office.name):
        assert found(text) == [office.id], text


@pytest.mark.parametrize(
    ("text", "office"),
    [
        *(("solo", "surakarta"), ("jogja", "yogyakarta"), ("jaksel", "jakarta-selatan")),
        *(("sby", "surabaya"), ("parepare", "pare-pare"), ("palangka raya", "palangkaraya")),
        *(("surabya", "surabaya"), ("Kanim Surabaya", "surabaya"), ("soetta", "soekarno-hatta")),
        ("kantor imigrasi kelas I khusus medan", "medan"),
    ],
)
def test_an_office_is_found_by_what_people_call_it(text: str, office: str) -> None:
    assert found(text) == [office]


def test_a_province_lists_its_own_offices() -> None:
    assert set(found("Bali")) == {"denpasar", "ngurah-rai", "singaraja"}


@pytest.mark.parametrize("text", ["", "?", "kantor", "atlantis", "#"])
def test_what_is_no_place_finds_none(text: str) -> None:
    assert find_offices(EVERY, text) == ()
