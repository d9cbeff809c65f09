"""The buckets on a real database: exact, whoever asks at once and at whichever gateway."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.context import Gateway
from services.gateway.fair import store
from services.gateway.fair.limiter import AT_ONCE, Draw, Limiter, SilentError, take_all
from services.gateway.fair.store import Draws
from services.gateway.fair.use import REPEATS, Bucket, FairUse
from services.gateway.limits import Rate
from shared.db import Pool

FROZEN = 2.0**-20  # a token in twelve days: none comes in while a test runs


@pytest.fixture
async def both(gateway: Gateway, other_gateway: Gateway) -> list[Limiter]:
    return [gateway.fair_use.limiter, other_gateway.fair_use.limiter]


@pytest.fixture
async def limiter(gateway: Gateway) -> Limiter:
    return gateway.fair_use.limiter


@pytest.fixture
async def forgetful(
    pools: Callable[[str], Awaitable[Pool]],
) -> AsyncIterator[Callable[[], Limiter]]:
    """Limiters that remember nothing yet."""
    running: list[asyncio.Task[None]] = []
    pool = await pools("gateway")

    def make() -> Limiter:
        limiter = Limiter(pool)
        running.append(asyncio.create_task(limiter.run()))
        return limiter

    yield make
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def a_bucket(burst: int, per_s: float = FROZEN) -> Draw:
    return Draw("test", uuid4().bytes, Rate(burst, per_s))


async def tokens(admin: Any, draw: Draw) -> float:
    found = await admin.fetchval("SELECT tokens FROM gateway.bucket WHERE key = $1", draw.key)
    return float(draw.rate.burst if found is None else found)


async def age(admin: Any, by: timedelta) -> None:
    await admin.execute("UPDATE gateway.bucket SET at = at - $1::interval", by)


async def until_it_waits_for_a_lock(admin: Any, db: Any) -> None:
    look = "SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted"
    async with asyncio.timeout(4):
        while not await admin.fetchval(look, db.get_server_pid()):
            await asyncio.sleep(0.01)


async def ask(
    limiters: Sequence[Limiter], calls: Sequence[Sequence[Draw]]
) -> list[tuple[Sequence[Draw], bool]]:
    """All at once, at the limiters in turn; says of each call whether it passed."""
    asked = [limiters[n % len(limiters)].take(call) for n, call in enumerate(calls)]
    waits = await asyncio.gather(*asked)
    return [(call, wait_s == 0) for call, wait_s in zip(calls, waits, strict=True)]


async def test_of_1000_at_once_over_two_gateways_exactly_the_100_allowed_pass(
    both: list[Limiter],
) -> None:
    draw = a_bucket(100)

    outcomes = await ask(both, [[draw]] * 1000)

    assert Counter(passed for _, passed in outcomes) == {True: 100, False: 900}


@pytest.mark.parametrize("seed", range(8))
async def test_every_call_gets_all_its_tokens_or_none_and_none_is_refused_for_nothing(
    seed: int, both: list[Limiter], admin: Any
) -> None:
    chance = random.Random(seed)
    buckets = [a_bucket(chance.choice((1, 3, 10, 40))) for _ in range(12)]
    calls = [chance.sample(buckets, chance.randint(1, 4)) for _ in range(400)]

    outcomes = await ask(both, calls)

    used = Counter(draw.key for call, passed in outcomes if passed for draw in call)
    left = {draw.key: draw.rate.burst - used[draw.key] for draw in buckets}
    kept = [await tokens(admin, draw) for draw in buckets]
    assert kept == pytest.approx([left[draw.key] for draw in buckets], abs=0.01)
    assert all(number >= 0 for number in left.values())
    assert all(min(left[draw.key] for draw in call) == 0 for call, passed in outcomes if not passed)


async def test_new_buckets_that_two_gateways_make_at_once_are_made_once(
    both: list[Limiter],
) -> None:
    for _ in range(50):
        draws = [a_bucket(1) for _ in range(20)]
        calls = [[draw] for draw in draws for _ in both]

        outcomes = await ask(both, calls)

        assert sum(passed for _, passed in outcomes) == len(draws)


async def test_a_bucket_that_another_gateway_is_just_making_is_waited_for_and_drawn_from(
    pools: Callable[[str], Awaitable[Pool]], admin: Any
) -> None:
    pool, draw, fresh = await pools("gateway"), a_bucket(10), a_bucket(10)
    wanted = Draws([draw.key], [10.0], [FROZEN], [0], [1], [1])
    keys = sorted([draw.key, fresh.key])
    both = Draws(keys, [10.0, 10.0], [FROZEN] * 2, [0, 0], [1, 2], [1, 1])
    async with pool.acquire() as one, pool.acquire() as other:
        async with one.transaction():
            await store.take(one, wanted)
            waiting = asyncio.create_task(take_all(other, both))
            await until_it_waits_for_a_lock(admin, other)

        taken = await waiting

    assert taken is not None
    assert list(taken.passed) == [0]
    assert [await tokens(admin, each) for each in (draw, fresh)] == pytest.approx([8, 9], abs=0.01)


async def test_who_is_over_a_limit_of_their_own_drains_no_bucket_that_many_share(
    limiter: Limiter, admin: Any
) -> None:
    phone, address = a_bucket(3), a_bucket(100)

    outcomes = await ask([limiter], [[phone, address]] * 50)

    assert sum(passed for _, passed in outcomes) == 3
    assert await tokens(admin, address) == pytest.approx(97, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
async def test_a_bucket_gives_its_burst_and_then_its_rate(
    seed: int, forgetful: Callable[[], Limiter], admin: Any
) -> None:
    chance = random.Random(seed)
    burst, per_s = chance.choice((1, 2, 7)), 2.0**-10
    draw, left, found, expected = a_bucket(burst, per_s), float(burst), [], []

    for _ in range(30):
        wanted, quiet_s = chance.randint(1, 4), chance.choice((0, 256, 1024, 5120))
        outcomes = await ask([forgetful()], [[draw]] * wanted)
        found.append(sum(passed for _, passed in outcomes))
        expected.append(min(wanted, int(left)))
        left = min(burst, left - expected[-1] + quiet_s * per_s)
        await age(admin, timedelta(seconds=quiet_s))

    assert found == expected


async def test_who_is_refused_is_told_when_the_next_token_comes_and_has_it_then(
    forgetful: Callable[[], Limiter], admin: Any
) -> None:
    draw = a_bucket(1, per_s=0.01)
    await ask([forgetful()], [[draw]])

    wait_s = await forgetful().take([draw])
    await age(admin, timedelta(seconds=wait_s - 2))
    too_early = await forgetful().take([draw])
    await age(admin, timedelta(seconds=2))
    in_time = await forgetful().take([draw])

    assert wait_s == pytest.approx(100, abs=1)
    assert too_early == pytest.approx(2, abs=1)
    assert in_time == 0


async def test_who_repeats_a_call_that_had_no_answer_pays_once_and_not_for_ever(
    gateway: Gateway, admin: Any
) -> None:
    config = gateway.config.model_copy(update={"applicant_per_minute": 6})
    fair_use = FairUse(config, gateway.keys, gateway.fair_use.limiter)
    wanted, call = {Bucket.APPLICANT: uuid4().hex}, uuid4()

    waits = [await fair_use.take(wanted, call) for _ in range(1 + REPEATS)]
    once = await tokens(admin, fair_use._draw(*next(iter(wanted.items()))))
    await fair_use.take(wanted, uuid4())
    await fair_use.take(wanted, call)
    thrice = await tokens(admin, fair_use._draw(*next(iter(wanted.items()))))

    assert waits == [0] * (1 + REPEATS)
    assert [once, thrice] == pytest.approx([5, 3], abs=0.5)


async def test_what_is_known_to_be_empty_is_refused_without_a_question(
    limiter: Limiter, admin: Any
) -> None:
    draw = a_bucket(1)
    await ask([limiter], [[draw], [draw]])
    await admin.execute("DELETE FROM gateway.bucket WHERE key = $1", draw.key)

    assert await limiter.take([draw]) > 0
    assert await tokens(admin, draw) == 1


async def test_who_no_longer_waits_takes_no_token(limiter: Limiter) -> None:
    draw = a_bucket(1)
    gone = asyncio.create_task(limiter.take([draw]))
    await asyncio.sleep(0)
    gone.cancel()

    assert await limiter.take([draw]) == 0


async def test_who_waited_too_long_is_let_go_and_never_let_through(
    limiter: Limiter, admin: Any
) -> None:
    stuck, free = a_bucket(10_000), a_bucket(1)
    await limiter.take([stuck])
    async with admin.transaction():
        await admin.execute("SELECT FROM gateway.bucket WHERE key = $1 FOR UPDATE", stuck.key)
        first = asyncio.create_task(limiter.take([stuck]))
        await asyncio.sleep(0)
        calls = [limiter.take([draw]) for draw in [stuck] * AT_ONCE + [free]]
        async with asyncio.timeout(4):  # sooner than Postgres' own patience ends
            answers = await asyncio.gather(first, *calls, return_exceptions=True)

    assert {type(answer) for answer in answers} == {SilentError}
    assert await limiter.take([free]) == 0
    assert await limiter.take([stuck]) == 0


async def test_a_bucket_is_forgotten_only_once_it_is_full(
    limiter: Limiter, admin: Any, pools: Callable[[str], Awaitable[Pool]]
) -> None:
    await admin.execute("TRUNCATE gateway.bucket")
    old, new = a_bucket(1), a_bucket(1)
    await limiter.take([old])
    await age(admin, timedelta(minutes=10))
    await limiter.take([new])

    async with (await pools("gateway")).acquire() as db:
        await store.forget_full(db)

    assert [row["key"] for row in await admin.fetch("SELECT key FROM gateway.bucket")] == [new.key]
