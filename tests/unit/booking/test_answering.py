from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.booking.answering import Answer, write_replies
from shared.messages import (
    HoldGranted,
    Outcome,
    Refusal,
    Refused,
    Replies,
    Session,
    SlotRef,
    SomeResult,
)

SLOT = SlotRef(office="here", service="passport", date=date(2030, 1, 7), session=Session.AFTERNOON)
HELD = HoldGranted(hold_id=uuid4(), slot=SLOT, expires_at=datetime(2030, 1, 1, tzinfo=UTC))
FULL = Refused(code=Refusal.SLOT_FULL, slot=SLOT)


@pytest.mark.parametrize("results", [[HELD], [HELD, FULL, HELD], []])
def test_what_is_written_reads_as_the_replies_that_it_is(
    results: list[SomeResult],
) -> None:
    outcomes = tuple(
        Outcome(command_id=uuid4(), command="hold.place", result=result) for result in results
    )
    answers = [
        Answer(one.command_id, one.command, one.result.model_dump_json(exclude_none=True))
        for one in outcomes
    ]

    written = write_replies(answers)

    assert Replies.model_validate_json(written) == Replies(outcomes=outcomes)
