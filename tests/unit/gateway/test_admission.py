import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.gateway import admission
from services.gateway.admission import Admission
from services.gateway.replies import ReplyBook
from shared.keys import Keys
from shared.messages import Applicant, Channel, Contact, PlaceHold, Session, SlotRef

KEYS = Keys.from_secret("a secret for tests, long enough to be one")
SLOT = SlotRef(office="here", service="passport", date=date(2030, 1, 7), session=Session.MORNING)
MOST = 4


def command() -> PlaceHold:
    return PlaceHold(
        id=uuid4(),
        owner="ab" * 32,
        channel=Channel.WEB,
        contact=Contact(),
        deadline=datetime.now(UTC),
        slot=SLOT,
        applicant=Applicant(name="Contoh", birth_date=date(1990, 8, 17)),
    )


@pytest.fixture
def replies() -> ReplyBook:
    return ReplyBook(KEYS)


def door_of(replies: ReplyBook, most: int, decided: Sequence[UUID] = ()) -> Admission:
    async def find_decided(ids: Sequence[UUID]) -> set[UUID]:
        return set(ids) & set(decided)

    return Admission(replies, most, find_decided)


async def test_as_many_are_let_in_as_may_be_under_way_and_more_who_have_a_seat(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, MOST)
    let_in, with_seat = 0, 0

    while not door.is_full() and let_in < 100:
        replies.note(command())
        let_in += 1
    while not door.is_full(has_seat=True) and with_seat < 100:
        replies.note(command())
        with_seat += 1

    assert (let_in, with_seat) == (MOST, MOST * admission.GRACE - MOST)


async def test_who_is_answered_makes_room_however_the_answer_came(replies: ReplyBook) -> None:
    door, sent = door_of(replies, MOST), [command() for _ in range(MOST)]
    for one in sent:
        replies.note(one)

    assert door.is_full()
    replies.is_answered(sent[0].id)
    assert not door.is_full()
    replies.note(command())
    assert door.is_full()
    replies.forget_unsent(sent[1].id)
    assert not door.is_full()


async def test_while_the_oldest_waits_too_long_one_at_a_time_is_let_in_to_see(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, MOST)
    asking, _ = replies.note(command())
    asking.sent_at -= admission.OLDEST_S + 0.1

    assert [door.is_full() for _ in range(3)] == [False, True, True]
    door._probed -= admission.PROBE_S
    assert [door.is_full() for _ in range(2)] == [False, True]


async def test_an_answer_that_never_comes_does_not_shut_the_door_for_ever(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, 1)
    asking, _ = replies.note(command())

    asking.sent_at -= 60

    assert replies.oldest_s() == 0
    assert not door.is_full()


async def test_a_process_that_is_late_lets_nobody_in_until_it_is_in_time_again(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, 10 * admission.FEW)
    for _ in range(admission.FEW):
        replies.note(command())
    beat = asyncio.create_task(door._measure())
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)  # the beat begins to wait

    until = loop.time() + admission.LAG_S * 2
    while loop.time() < until:  # a process that has too much to do
        pass
    await asyncio.sleep(0.001)

    assert door.is_full()
    assert door._sign(1.0) == "lag"
    async with asyncio.timeout(5):
        while door.is_full():
            await asyncio.sleep(0.01)
    beat.cancel()


async def test_a_hiccup_turns_nobody_away_while_few_are_under_way(replies: ReplyBook) -> None:
    door = door_of(replies, MOST)
    replies.note(command())

    door._lag_s = 10 * admission.LAG_S

    assert not door.is_full()


async def test_whose_reply_was_lost_is_looked_up_and_holds_up_nobody(replies: ReplyBook) -> None:
    lost, open_one = command(), command()
    for one in (lost, open_one):
        asking, _ = replies.note(one)
        asking.sent_at -= admission.OLDEST_S + 0.1
    door = door_of(replies, MOST, [lost.id])

    watch = asyncio.create_task(door.run())
    async with asyncio.timeout(5):
        while replies.under_way > 1:
            await asyncio.sleep(0.01)
    watch.cancel()

    assert replies.unanswered_for(0, MOST) == [open_one.id]


async def test_who_was_let_in_counts_before_their_command_is_sent(replies: ReplyBook) -> None:
    door = door_of(replies, MOST)

    door.entering = MOST
    assert door.is_full()

    door.entering = MOST - 1
    assert not door.is_full()


def test_as_many_may_be_under_way_as_are_answered_in_that_time(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, 10_000)
    assert door.most() == admission.UNKNOWN

    for _ in range(50):
        door.learn(2_000, longest_s=1.0, fewest=0)

    assert door.most() == pytest.approx(2_000 * admission.WORTH_S, rel=0.01)
    assert door_of(replies, 7).most() == 7


def test_a_quiet_hour_says_nothing_of_how_quick_the_answers_come(replies: ReplyBook) -> None:
    door = door_of(replies, 10_000)
    door.learn(5, longest_s=0.01, fewest=0)
    assert door.most() == admission.UNKNOWN

    door.learn(2_000, longest_s=1.0, fewest=0)
    known = door.most()
    door.learn(5, longest_s=0.01, fewest=0)

    assert door.most() == known


def test_where_many_are_always_under_way_the_pace_is_known_before_anybody_waits_long(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, 10_000)

    door.learn(1_000, longest_s=0.1, fewest=admission.FEW)

    assert door.most() == pytest.approx(1_000 * admission.WORTH_S)


def test_a_slow_answerer_is_found_out_and_one_that_got_quick_again_too(
    replies: ReplyBook,
) -> None:
    door = door_of(replies, 10_000)
    for _ in range(50):
        door.learn(20, longest_s=1.0, fewest=0)
    assert door.most() == admission.LEAST

    door.learn(3_000, longest_s=0.1, fewest=0)

    assert door.most() == 3_000 * admission.WORTH_S


async def test_the_pace_is_what_was_heard_of_while_somebody_waited(replies: ReplyBook) -> None:
    door = door_of(replies, 10_000)
    asking, _ = replies.note(command())
    asking.sent_at -= admission.WORTH_S + 0.1

    measure = asyncio.create_task(door._measure())
    async with asyncio.timeout(10):
        while door.most() <= admission.UNKNOWN:
            replies.answered += 200
            await asyncio.sleep(0.01)
    measure.cancel()
