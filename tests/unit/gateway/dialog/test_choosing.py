from dataclasses import replace

import pytest

from services.gateway.dialog import turns
from services.gateway.dialog.context import resolve
from services.gateway.dialog.intents import Simple
from services.gateway.dialog.state import Place, Reschedule, State
from shared.messages import Alternative, Session
from tests.unit.gateway.dialog.talking import (
    AT_BANDUNG,
    CODE,
    FACTS,
    HERE,
    ME,
    OF_BANDUNG,
    TODAY,
    body,
    booked,
    having,
    ref,
    rows,
    turn,
)


def test_five_dates_are_listed_with_both_sessions() -> None:
    reply = turn("#tgllayanan").reply

    assert reply is not None
    assert len(reply.rows) == 10
    assert len({row.title.split("·")[0] for row in reply.rows}) == 5
    assert "1. Sen 18 Jan · Pagi · sisa 14" in reply.body


def test_full_here_names_where_it_is_free_with_numbers_to_type() -> None:
    there = Alternative(
        office="surabaya", office_name="Surabaya", service="passport", date=ref(19).date,
        session=Session.MORNING, remaining=3, distance_km=660,
    )  # fmt: skip
    facts = replace(FACTS, free=(), elsewhere=(there,))

    full = turn("#tgllayanan", facts=facts)

    assert "tidak ada jadwal" in body("#tgllayanan", facts=facts)
    assert "1. Surabaya" in body("#tgllayanan", facts=facts)
    assert full.state.choices == ("#kantor#surabaya",)


def test_without_an_office_one_is_asked_for() -> None:
    assert rows("#tgllayanan", State())[:2] == ["#kantor#jakarta-pusat", "#kantor#surabaya"]


@pytest.mark.parametrize(
    "text", ["#kantor#jakarta pusat", "#kantor jakarta pusat", "kantor jakpus", "Jakarta Pusat"]
)
def test_an_office_that_is_named_shows_its_dates_at_once(text: str) -> None:
    needs = turns.needs(resolve(text, State(), FACTS, TODAY), State(), FACTS)

    assert needs.dates_of == "jakarta-pusat"
    assert "1. Sen 18 Jan" in body(text, State())


def test_an_office_that_nobody_knows_is_said_to_be_unknown_before_the_question() -> None:
    asked = body("#kantor#atlantis")

    assert asked.index("atlantis") < asked.index("Kantor mana?")


@pytest.mark.parametrize("text", ["#tgllayanan", "#Ahmad#20111967#19012027", "#layanan"])
def test_where_there_are_several_services_one_is_asked_for(text: str) -> None:
    asked = turn(text, AT_BANDUNG, OF_BANDUNG)

    assert asked.action is None
    assert rows(text, AT_BANDUNG, OF_BANDUNG) == ["#layanan#passport", "#layanan#e-passport"]


@pytest.mark.parametrize(
    "text", ["#layanan#e-passport", "#layanan#paspor elektronik", "#layanan#pasport elektronik"]
)
def test_a_service_that_was_chosen_stays_chosen(text: str) -> None:
    chosen = turn(text, AT_BANDUNG, OF_BANDUNG)

    assert "(Paspor elektronik)" in body(text, AT_BANDUNG, OF_BANDUNG)
    assert turns.needs(Simple.DATES, chosen.state, OF_BANDUNG).service == "e-passport"


def test_a_request_goes_on_by_itself_once_its_service_is_chosen() -> None:
    asked = turn("#Ahmad#20111967#19012027", AT_BANDUNG, OF_BANDUNG)

    placed = turn("2", asked.state, replace(OF_BANDUNG, free=()))

    assert isinstance(placed.action, Place)
    assert placed.action.applicant.name == "Ahmad"
    assert (placed.action.slot.service, placed.action.slot.date) == ("e-passport", ref(19).date)


def test_a_service_that_the_office_does_not_offer_is_said_to_be_not_offered() -> None:
    wants = HERE.but(service="e-passport")

    assert "tidak melayani Paspor elektronik" in body("#tgllayanan", wants)
    assert rows("#tgllayanan", wants) == ["#layanan#passport"]


def test_a_number_beyond_the_list_shows_the_dates() -> None:
    assert "Nomor 7 tidak ada" in body("7")
    assert "1. Sen 18 Jan" in body("7")


def test_a_date_tapped_in_an_older_list_moves_nothing() -> None:
    moving = turn("#ulang", facts=having(booked())).state

    picked = turn(f"#pilih#{ref(20).key}", moving)

    assert picked.action is None
    assert picked.state.moves is None


def test_a_number_after_a_list_of_dates_to_move_to_moves() -> None:
    moving = turn("#ulang", facts=having(booked())).state

    moved = turn("3", moving, having(booked()))

    assert moved.action == Reschedule(CODE, ref(19), ME)
