from uuid import uuid4, uuid5

from services.booking.desk import stable_id
from shared.messages import EventType


def test_an_events_id_is_the_uuid5_of_its_cause_and_type() -> None:
    cause = uuid4()

    assert {kind: stable_id(cause, kind) for kind in EventType} == {
        kind: uuid5(cause, kind.value) for kind in EventType
    }
