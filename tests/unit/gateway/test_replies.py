from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.gateway.replies import UNANSWERED_S, ReplyBook
from shared.keys import Keys
from shared.messages import Channel, Contact, Outcome, Refusal, Refused, ReleaseHold, Replies

KEYS = Keys.from_secret("a secret for tests, long enough to be one")


@dataclass
class Letter:
    """A message from booking."""

    body: bytes


@pytest.fixture
def replies() -> ReplyBook:
    return ReplyBook(KEYS)


def send(replies: ReplyBook, ago_s: float) -> UUID:
    """Send a command so long ago; the oldest must be sent first."""
    command = ReleaseHold(
        id=uuid4(), owner="ab" * 32, channel=Channel.WEB, contact=Contact(), hold_id=uuid4()
    )
    asking, _ = replies.note(command)
    asking.sent_at -= ago_s
    return command.id


async def answer(replies: ReplyBook, *ids: UUID) -> None:
    outcomes = tuple(
        Outcome(command_id=one, command="hold.release", result=Refused(code=Refusal.NOT_FOUND))
        for one in ids
    )
    letter: Any = Letter(Replies(outcomes=outcomes).model_dump_json().encode())
    await replies._hear(letter)


async def test_a_command_that_is_never_answered_holds_up_nobody_after_the_next_answer(
    replies: ReplyBook,
) -> None:
    send(replies, 5.0)
    before = replies.oldest_s()
    later = send(replies, 3.0)
    send(replies, 0.5)

    await answer(replies, later)

    assert before == pytest.approx(5.0, abs=0.2)
    assert replies.oldest_s() == pytest.approx(0.5, abs=0.2)
    assert replies.under_way == 2


async def test_while_nobody_is_answered_the_oldest_who_was_sent_since_counts(
    replies: ReplyBook,
) -> None:
    first, lost = send(replies, 9.0), send(replies, 8.0)
    await answer(replies, first)
    lasts = replies.oldest_s()
    second = send(replies, 4.0)
    await answer(replies, second)

    for _ in range(9):  # from now on nothing is answered
        send(replies, 0.8)

    assert lasts == pytest.approx(8.0, abs=0.2)
    assert lost in replies.unanswered_for(1.0, 9)
    assert replies.oldest_s() == pytest.approx(0.8, abs=0.2)


async def test_an_outcome_that_was_looked_up_is_no_sign_of_life(replies: ReplyBook) -> None:
    send(replies, 2.0)
    repeated = send(replies, 1.0)

    replies.is_answered(repeated)

    assert replies.oldest_s() == pytest.approx(2.0, abs=0.2)


async def test_of_those_who_were_sent_together_none_overtakes_another(replies: ReplyBook) -> None:
    one, two = send(replies, 0.0), send(replies, 0.0)
    replies._askings[one].sent_at -= 1.0
    replies._askings[two].sent_at = replies._askings[one].sent_at

    await answer(replies, two)

    assert replies.oldest_s() == pytest.approx(1.0, abs=0.2)


async def test_what_is_over_leaves_nothing_behind(replies: ReplyBook) -> None:
    unsent, answered = send(replies, 0.0), send(replies, 0.0)
    send(replies, 0.0)
    replies._askings.popitem()[1].sent_at -= UNANSWERED_S + 1

    replies.forget_unsent(unsent)
    await answer(replies, answered)

    assert replies.oldest_s() == 0.0
    assert (len(replies._unanswered), len(replies._ahead)) == (0, 0)
