import pytest

from services.gateway.fair.use import rates
from services.gateway.limits import FULL_AFTER, Empties, Rate, caller_address
from services.gateway.settings import GatewaySettings


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "caller"),
    [
        ("10.0.0.1", "6.6.6.6", 0, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6", 1, "6.6.6.6"),
        ("10.0.0.1", "6.6.6.6, 7.7.7.7", 1, "7.7.7.7"),
        ("10.0.0.1", "6.6.6.6, 7.7.7.7", 2, "6.6.6.6"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6:4711", 1, "6.6.6.6"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::"),
        ("10.0.0.1", "[2001:db8:1:2::9]:443", 1, "2001:db8:1:2::"),
        ("::ffff:6.6.6.6", "", 0, "6.6.6.6"),
        ("fe80::1%eth0", "", 0, "fe80::"),
        ("10.0.0.1", "not an address", 1, "not an address"),
    ],
)
def test_who_calls_is_whom_the_last_trusted_proxy_saw(
    peer: str, forwarded: str, proxies: int, caller: str
) -> None:
    assert caller_address(peer, forwarded, proxies) == caller


def test_a_bucket_is_known_to_be_empty_until_its_next_token() -> None:
    empties = Empties()
    empties.note(b"ani", 7.5)

    assert (empties.until(b"ani"), empties.until(b"budi")) == (7.5, 0)


def test_the_bucket_noted_first_is_forgotten_first() -> None:
    empties = Empties(most=2)
    for key in (b"ani", b"budi", b"ani", b"citra"):
        empties.note(key, 9)

    assert [empties.until(key) for key in (b"ani", b"budi", b"citra")] == [9, 0, 9]


@pytest.mark.parametrize(("left", "wait_s"), [(0, 2), (0.5, 1), (1, 0), (3, 0)])
def test_the_next_token_comes_at_the_buckets_rate(left: float, wait_s: float) -> None:
    assert Rate(burst=3, per_s=0.5).wait_s(left) == wait_s


def test_a_bucket_that_may_be_forgotten_is_full() -> None:
    nothing = {"database_url": "postgres://", "amqp_url": "amqp://", "secret": "x" * 32}

    for rate in rates(GatewaySettings(**nothing)).values():
        assert rate.burst / rate.per_s <= FULL_AFTER.total_seconds()
