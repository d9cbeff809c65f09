from dataclasses import replace
from datetime import time
from typing import Any
from uuid import UUID

import pytest

from services.gateway.dialog import turns
from services.gateway.dialog.context import resolve
from services.gateway.dialog.state import Cancel, Free, Place, Release, Reschedule, State
from shared.keys import grouped
from shared.messages import Alternative, Refusal, Session
from tests.unit.gateway.dialog.talking import (
    APPROVAL,
    CODE,
    FACTS,
    HERE,
    ME,
    OTHER_APPROVAL,
    OTHER_CODE,
    SURABAYA,
    TODAY,
    body,
    booked,
    having,
    held,
    ref,
    rows,
    turn,
)

IN_SURABAYA = Alternative(
    office="surabaya", office_name="Surabaya", service="passport", date=ref(19).date,
    session=Session.MORNING, remaining=5,
)  # fmt: skip
HOURS = (time(8), time(12), 5)
BOTH_HELD = having(held(), held(OTHER_APPROVAL, "Ibu", 2))
BOTH_BOOKED = having(booked(), booked(OTHER_CODE, "Ibu"))


def test_a_button_gives_back_the_hold_of_its_own_message() -> None:
    dropped = turn(f"#batalkan#{APPROVAL}", facts=BOTH_HELD)

    assert dropped.action == Release(UUID(int=1), ME)


@pytest.mark.parametrize("text", ["batalkan", "tidak jadi", "#batal"])
def test_of_several_holds_it_is_asked_which(text: str) -> None:
    asked = turn(text, facts=BOTH_HELD)

    assert asked.action is None
    assert rows(text, facts=BOTH_HELD) == [
        f"#batalkan#{APPROVAL}",
        f"#batalkan#{OTHER_APPROVAL}",
    ]
    assert turn("2", asked.state, BOTH_HELD).action == Release(UUID(int=2), ME)


def test_a_hold_that_is_corrected_stays_until_the_right_values_come() -> None:
    asked = turn(f"#ganti#{APPROVAL}", facts=having(held()))

    corrected = turn("#Ahmed#20111967", asked.state)

    assert asked.action is None
    assert "#Ahmad#20111967" in body(f"#ganti#{APPROVAL}", facts=having(held()))
    assert isinstance(corrected.action, Place)
    assert (corrected.action.replaces, corrected.action.slot) == (UUID(int=1), ref(18))
    for text in ("#Citra#17081990#3", "#Ahmed#20111967#3"):
        another = turn(text, corrected.state, having(held())).action
        assert isinstance(another, Place)
        assert (another.replaces is None) == ("Citra" in text)


@pytest.mark.parametrize("text", ["#ganti", "#ganti#ABC234", "#batalkan#ABC234"])
def test_without_that_hold_nothing_is_promised(text: str) -> None:
    assert turn(text).action is None
    assert "tida" in body(text).lower()


@pytest.mark.parametrize("text", [f"#batal#{CODE}", f"batal {grouped(CODE)}", "#batal"])
def test_cancelling_asks_whether_they_are_sure(text: str) -> None:
    asked = turn(text, facts=having(booked()))

    sure = turn("ya", asked.state, having(booked()))

    assert asked.action is None
    assert sure.action == Cancel(CODE, ME)


@pytest.mark.parametrize(
    "text", ["#batal#7K4M-2Q8R-TX3A", "#ulang#7K4M-2Q8R-TX3A", "#batal#ABC", "#batal#?"]
)
def test_a_booking_code_with_a_mistake_in_it_acts_on_nothing(text: str) -> None:
    mine = having(booked(), held())

    assert turn(text, facts=mine).action is None
    assert "tidak ada pada nomor ini" in body(text, facts=mine)


@pytest.mark.parametrize("command", ["batal", "ulang"])
def test_of_several_bookings_it_is_asked_which(command: str) -> None:
    asked = turn(f"#{command}", facts=BOTH_BOOKED)

    assert rows(f"#{command}", facts=BOTH_BOOKED) == [
        f"#{command}#{CODE}",
        f"#{command}#{OTHER_CODE}",
    ]
    assert "Ibu" in body("2", asked.state, BOTH_BOOKED) or command == "ulang"


def test_a_booking_moves_within_its_own_office_and_service() -> None:
    elsewhere = State(office="surabaya", service="e-passport", greeted=True)
    wish = resolve("#ulang", elsewhere, FACTS, TODAY)

    needs = turns.needs(wish, elsewhere, FACTS)
    asked = turns.answer(wish, elsewhere, having(booked()))

    assert needs.moves
    assert (asked.state.office, asked.state.service) == ("jakarta-pusat", "passport")
    assert asked.reply is not None
    assert asked.reply.rows[0].id == f"#pindah#{CODE}#{ref(18).key}"


def test_a_tap_moves_the_booking_that_its_list_was_for() -> None:
    moved = turn(f"#pindah#{CODE}#{ref(20).key}", facts=BOTH_BOOKED)

    assert moved.action == Reschedule(CODE, ref(20), ME)


def test_another_date_that_is_offered_after_a_refusal_moves_the_same_booking() -> None:
    tried = turn(f"#ulang#{CODE}#19012027", facts=BOTH_BOOKED)
    asked = tried.state.but(placed=UUID(int=7))
    offered = f"#pindah#{UUID(int=7)}#{ref(20).key}"

    moved = turn(offered, asked, BOTH_BOOKED)
    other = turn(f"#ulang#{OTHER_CODE}#19012027", asked, BOTH_BOOKED).state
    stray = turn(offered, other.but(placed=UUID(int=8)), BOTH_BOOKED)

    assert tried.action == Reschedule(CODE, ref(19), ME)
    assert moved.action == Reschedule(CODE, ref(20), ME)
    assert stray.action is None
    assert stray.reply is not None
    assert len(stray.reply.rows) == 2


def test_a_new_request_ends_what_was_being_moved() -> None:
    moving = turn("#ulang", facts=having(booked())).state

    for text in ("Halo", "#tgllayanan", "tidak", "#Ahmad#20111967#19012027"):
        assert turn(text, moving, having(booked())).state.moves is None


def test_status_names_service_pending_requests_and_what_can_be_done() -> None:
    shown = body("#status", facts=replace(having(booked()), pending=1))
    only_held = body("#status", facts=having(held()))

    assert "Paspor" in shown
    assert "masih diproses" in shown
    assert "#ulang" in shown
    assert "#ulang" not in only_held


def test_who_has_only_a_hold_is_told_so_when_they_want_to_move_it() -> None:
    assert "belum dikonfirmasi" in body("#ulang", HERE, having(held()))


def test_a_stray_number_moves_nothing_again() -> None:
    mine = having(booked())
    listed = turn("#ulang", facts=mine).state

    moved = turn("2", listed, mine)
    later = turn("2", moved.state, mine)
    between = turn("2", turn("#status", listed, mine).state, mine)

    assert isinstance(moved.action, Reschedule)
    assert later.action is None
    assert between.action is None


def test_a_second_tap_on_the_same_row_is_told_so() -> None:
    tapped = turn(f"#pindah#{CODE}#{ref(25).key}", facts=having(booked()))

    assert tapped.action is None
    assert tapped.reply is not None
    assert "memang pada tanggal" in tapped.reply.body


@pytest.mark.parametrize("between", ["#status", "petugas", "halo", "#tgllayanan"])
def test_yes_cancels_only_right_after_the_question(between: str) -> None:
    asked = turn("#batal", facts=having(booked())).state

    later = turn("betul", turn(between, asked, having(booked())).state, having(booked()))

    assert later.action is None


def test_of_a_hold_and_a_booking_it_is_asked_which_is_not_wanted() -> None:
    mine = having(held(name="Adik"), booked(name="Abang"))

    asked = turn("batal", facts=mine)

    assert asked.action is None
    assert rows("batal", facts=mine) == [f"#batalkan#{APPROVAL}", f"#batal#{CODE}"]
    assert turn("1", asked.state, mine).action == Release(UUID(int=1), ME)


def test_a_button_of_a_hold_that_was_confirmed_is_about_the_booking() -> None:
    mine = having(booked(approval=APPROVAL))

    changed = turn(f"#ganti#{APPROVAL}", facts=mine)
    dropped = turn(f"#batalkan#{APPROVAL}", facts=mine)

    assert changed.reply is not None
    assert "sudah dikonfirmasi" in changed.reply.body
    assert dropped.action is None
    assert turn("ya", dropped.state, mine).action == Cancel(CODE, ME)


@pytest.mark.parametrize("text", ["batalkan", "lepaskan"])
def test_of_a_hold_and_a_booking_none_is_given_up_unasked(text: str) -> None:
    assert turn(text, facts=having(held(), booked())).action is None


def test_another_office_after_a_move_is_for_something_new() -> None:
    mine = having(booked())
    moved = turn("3", turn("#ulang", facts=mine).state, mine)

    listed = turn("#kantor#jakarta-pusat", moved.state, mine)

    assert isinstance(moved.action, Reschedule)
    assert all(row.startswith("#pilih#") for row in listed.state.choices)


def test_another_office_while_moving_is_for_the_move() -> None:
    listed = turn("#ulang", facts=having(booked())).state

    there = turn("#kantor#jakarta-pusat", listed)

    assert all(row.startswith("#pindah#") for row in there.state.choices)


def test_a_correction_that_found_no_seat_goes_on_by_a_tap() -> None:
    mine = having(held())
    asked = turn("#Ahmed#20111967#31-01-2027", turn("#ganti", facts=mine).state, mine)

    tapped = turn(f"#pilih#{ref(20).key}", asked.state, mine)

    assert isinstance(tapped.action, Place)
    assert (tapped.action.applicant.name, tapped.action.replaces) == ("Ahmed", UUID(int=1))


@pytest.mark.parametrize("refused", [None, Refusal.ALREADY_BOOKED, Refusal.TOO_MANY_FOR_PHONE])
def test_the_next_tap_is_for_somebody_else_once_a_person_is_settled(refused: Any) -> None:
    placed = turn("#Ahmad#20111967#1").state.but(placed=UUID(int=7))

    again = turn(f"#pilih#{ref(20).key}", placed, replace(FACTS, refused=refused))

    assert again.action is None
    assert (again.state.asks, again.state.name) == ("person", None)


@pytest.mark.parametrize("refused", [Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.UNKNOWN_SLOT])
def test_where_there_was_no_seat_the_next_tap_asks_for_the_same_person(refused: Any) -> None:
    placed = turn("#Ahmad#20111967#1").state.but(placed=UUID(int=7))

    again = turn(f"#pilih#{ref(20).key}", placed, replace(FACTS, refused=refused))

    assert isinstance(again.action, Place)
    assert (again.action.applicant.name, again.action.slot) == ("Ahmad", ref(20))


@pytest.mark.parametrize("text", ["batal", "#batal", "batalkan", "tidak jadi"])
@pytest.mark.parametrize(
    "state",
    [
        turn("#tgllayanan").state,
        turn(f"#pilih#{ref(20).key}").state,
        turn("#Siti#21121970").state,
        HERE.but(name="Siti", birth_date=TODAY, placed=UUID(int=7)),
    ],
    ids=["dates listed", "asked for whom", "request begun", "refused"],
)
def test_a_no_to_something_else_releases_no_hold(text: str, state: State) -> None:
    mine = replace(having(held()), refused=Refusal.SLOT_FULL)

    assert turn(text, state, mine).action is None


def test_whether_to_cancel_is_not_an_order() -> None:
    assert turn("batal?", facts=having(held())).action is None


def test_where_there_is_nothing_to_cancel_a_draft_ends() -> None:
    begun = turn("#Budi#20111967#xx").state

    assert turn("batal", begun).state.name is None


def test_a_correction_by_another_date_says_what_it_replaces_and_whose_that_is() -> None:
    mine = having(replace(held(), owner="2" * 64))
    changing = turn("#ganti", facts=mine).state

    picked = turn(f"#pilih#{ref(20).key}", changing, mine)
    placed = turn("Ahmed, 20-11-1967", picked.state, mine).action

    assert picked.reply is not None
    assert "menggantikan jadwal AHMAD" in picked.reply.body
    assert isinstance(placed, Place)
    assert (placed.replaces, placed.owner) == (UUID(int=1), "2" * 64)


def test_a_move_goes_on_through_the_choice_of_another_office() -> None:
    full = replace(having(booked()), free=(), elsewhere=(IN_SURABAYA,))
    there = replace(
        having(booked()), dates_of="surabaya", free=(Free(ref(19, where=SURABAYA), *HOURS),)
    )

    for path in (("#ulang", "1"), ("#ulang", "#kantor", "surabaya")):
        state = HERE
        for text in path[:-1]:
            state = turn(text, state, full).state
        state = turn(path[-1], state, there).state
        moved = turn("1", state, there)
        assert isinstance(moved.action, Reschedule), path


@pytest.mark.parametrize(
    "texts",
    [
        ("#tgllayanan", "#Siti Aminah#01011990#2"),
        ("halo", "Siti Aminah, 01-01-1990", "#pilih#{slot}"),
        ("#kantor#jakarta-pusat", "#Siti Aminah#01011990#2"),
    ],
)
def test_a_correction_that_was_left_aside_takes_nobodys_hold(texts: tuple[str, ...]) -> None:
    mine = having(held())
    state = turn("#ganti", facts=mine).state
    if texts[0] == "halo":
        state = state.but(asks=None)

    for text in texts:
        last = turn(text.format(slot=ref(20).key), state, mine)
        state = last.state

    assert not isinstance(last.action, Place) or last.action.replaces is None


def test_the_same_person_in_other_letters_is_still_corrected() -> None:
    mine = having(held())
    changing = turn("#ganti", facts=mine).state
    refused = turn("#Ahmed#20111967#31-01-2027", changing, mine).state

    again = turn("#AHMED#20111967#3", refused, mine).action

    assert isinstance(again, Place)
    assert again.replaces == UUID(int=1)


@pytest.mark.parametrize("text", ["batalkan?", "batalkan ya?", "lepaskan?"])
def test_a_question_back_cancels_nothing(text: str) -> None:
    assert turn(text, HERE.but(cancels=CODE), having(booked())).action is None


@pytest.mark.parametrize("text", ["tidak jadi?", "gak jadi?"])
def test_a_question_releases_nothing(text: str) -> None:
    assert turn(text, facts=having(held())).action is None
