import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.broker import DIRECT, Published, Publisher
from shared.links import Link, as_lost
from tests.unit.shared.silence import SilentChannel, confirm_of, publisher_on


async def test_what_waits_on_a_connection_that_falls_silent_is_unknown() -> None:
    channel = SilentChannel()
    publisher = publisher_on(channel)

    sent = asyncio.create_task(publisher.publish_confirmed(DIRECT, "any", b"{}"))
    (await confirm_of(channel)).set_exception(asyncio.CancelledError())

    assert await sent == Published.UNKNOWN


async def test_an_answer_on_a_connection_that_falls_silent_ends_nobody() -> None:
    channel = SilentChannel()
    publisher = publisher_on(channel)

    sent = asyncio.create_task(publisher.send_plain("any", b"{}"))
    (await confirm_of(channel)).set_exception(asyncio.CancelledError())
    await asyncio.wait({sent})

    assert not sent.cancelled()


async def test_who_asks_whether_the_broker_is_silent_hears_so() -> None:
    channel = SilentChannel()
    publisher = publisher_on(channel)
    publisher._is_in_doubt = True

    asked = asyncio.create_task(publisher.is_silent())
    (await confirm_of(channel)).set_exception(asyncio.CancelledError())

    assert await asked


@pytest.mark.parametrize(
    "act",
    [
        lambda publisher: publisher.publish_confirmed(DIRECT, "any", b"{}"),
        lambda publisher: publisher.send_plain("any", b"{}"),
    ],
    ids=["confirmed", "plain"],
)
@pytest.mark.parametrize("is_silent", [False, True])
async def test_who_is_cancelled_while_it_publishes_ends(
    act: Callable[[Publisher], Any], is_silent: bool
) -> None:
    channel = SilentChannel()
    sent = asyncio.create_task(act(publisher_on(channel)))
    confirm = await confirm_of(channel)

    sent.cancel()
    if is_silent and not confirm.done():  # both at once
        confirm.set_exception(asyncio.CancelledError())
    await asyncio.wait({sent})

    assert sent.cancelled()


async def test_a_time_limit_stays_one_where_what_is_lost_is_told() -> None:
    async def wait() -> None:
        async with asyncio.timeout(0):
            with as_lost():
                await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await wait()


async def test_a_connection_that_falls_silent_while_it_is_set_up_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lives = 0
    link = Link("amqp://nobody:nothing@127.0.0.1:1/none", "test", lambda _: asyncio.sleep(0))

    async def live() -> None:
        nonlocal lives
        lives += 1
        silent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        silent.set_exception(asyncio.CancelledError())
        await silent

    monkeypatch.setattr(link, "_live", live)
    link.start()
    async with asyncio.timeout(5):
        while lives < 2:
            await asyncio.sleep(0.01)
    await link.stop()
