import pytest

from services.gateway.limits import Buckets, Rate, caller_address


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


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(Rate(burst=3, per_s=1))

    waits = [buckets.take("ani", now) for now in (0, 0, 0, 0, 1, 1)]

    assert waits == [0, 0, 0, 1, 0, 1]


def test_one_bucket_does_not_empty_another() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1))

    assert [buckets.take(key, 0) for key in ("ani", "budi", "ani")] == [0, 0, 1]


def test_the_longest_unused_bucket_is_forgotten_first() -> None:
    buckets = Buckets(Rate(burst=1, per_s=0.001), entries=2)
    for key in ("ani", "budi", "ani", "citra"):
        buckets.take(key, 0)

    assert buckets.take("budi", 0) == 0
    assert buckets.take("citra", 0) > 0
