from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.messages import (
    COMMANDS,
    Content,
    EventType,
    Refusal,
    Refused,
    Row,
    Session,
    SlotRef,
    command_id,
    event_name,
    quick_uuid5,
    status_of,
)

A_SLOT = SlotRef(
    office="jakarta-pusat", service="passport", date=date(2027, 1, 11), session=Session.MORNING
)


def test_a_slot_has_one_id_wherever_it_is_computed() -> None:
    assert A_SLOT.key == "jakarta-pusat/passport/2027-01-11/morning"
    # Written down: ids stand in the database, so the way to them may never change.
    assert A_SLOT.slot_id == UUID("2b11fc09-f4c0-59cb-bcf3-3c57c9fd5d34")


def test_one_key_of_one_client_is_one_command() -> None:
    assert command_id("a", "key") == command_id("a", "key")
    assert len({command_id("a", "bc"), command_id("ab", "c"), command_id("a", "bd")}) == 3


def test_every_refusal_has_a_client_or_server_status() -> None:
    assert {status_of(Refused(code=code)) // 100 for code in Refusal} == {4, 5}


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_name_leads_back_to_its_type(event_type: EventType) -> None:
    assert event_name(event_type) == f"id.antrean.{event_type}.v1"


def test_a_field_of_a_later_release_is_ignored() -> None:
    assert SlotRef.model_validate({**A_SLOT.model_dump(), "counter": 4}) == A_SLOT


def test_an_unknown_kind_of_command_is_refused() -> None:
    with pytest.raises(ValidationError):
        COMMANDS.validate_python({"kind": "seat.steal"})


def test_a_content_cannot_exceed_what_whatsapp_shows() -> None:
    row = Row(id="#kantor", title="Pilih kantor")

    with pytest.raises(ValidationError):
        Content(body="Pilih", rows=(row,) * 11)


@given(st.uuids(), st.text())
def test_a_quick_uuid5_is_the_librarys(namespace: UUID, name: str) -> None:
    assert quick_uuid5(namespace, name) == uuid5(namespace, name)
