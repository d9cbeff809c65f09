"""What is fair use, and from which address a call comes: pure, over moments that are given."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network

REMEMBERED = 100_000
FULL_AFTER = timedelta(minutes=10)  # every bucket, however empty it was


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    burst: float
    per_s: float

    @staticmethod
    def per_minute(count: int) -> "Rate":
        """Allow `count` at once and `count` a minute."""
        return Rate(count, count / 60)

    def wait_s(self, left: float) -> float:
        """Say in how many seconds there is a token where so much of one is left."""
        return max(0.0, 1 - left) / self.per_s


class Empties:
    """Buckets that have no token before a known moment, the one noted first forgotten first.

    A forgotten one is only asked again.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def note(self, key: bytes, until: float) -> None:
        """Remember that a bucket has no token before this moment (seconds)."""
        self._until.pop(key, None)
        self._until[key] = until
        if len(self._until) > self._most:
            self._until.popitem(last=False)

    def until(self, key: bytes) -> float:
        """Give the moment before which a bucket has no token; 0 where nothing is known."""
        return self._until.get(key, 0.0)


@dataclass(frozen=True, slots=True)
class SmsCounts:
    """What was sent already: counts and, of each window, the moment of the oldest in it."""

    phone_minute: int
    phone_ten_minutes: int
    phone_day: int
    prefix_minute: int
    day: int
    recent: int
    recent_used: int


# Each code costs, and pumps live on that: few to a phone, to its neighbours, and in all.
SMS_PER_PHONE = ((1, timedelta(minutes=1)), (3, timedelta(minutes=10)), (5, timedelta(days=1)))
SMS_PER_PREFIX_MINUTE = 60
PREFIX_DIGITS = 7
BREAKER_CODES = 200
BREAKER_USED = 0.3
BREAKER_WINDOW = timedelta(hours=2)  # so that a breaker that opened closes again by itself


def refuse_sms(counts: SmsCounts, daily_cap: int) -> timedelta | None:
    """Say how long no code may be sent to this phone, or None if one may.

    The breaker opens while fewer than 30 % of the last 200 codes of two hours are used: a pump
    uses none, and honest people who come all at once have typed theirs a minute later.
    """
    by_phone = (counts.phone_minute, counts.phone_ten_minutes, counts.phone_day)
    for sent, (allowed, window) in reversed(list(zip(by_phone, SMS_PER_PHONE, strict=True))):
        if sent >= allowed:
            return window
    if counts.prefix_minute >= SMS_PER_PREFIX_MINUTE:
        return timedelta(minutes=1)
    if counts.day >= daily_cap:
        return timedelta(hours=1)
    pumped = counts.recent >= BREAKER_CODES and counts.recent_used < BREAKER_USED * counts.recent
    return timedelta(minutes=1) if pumped else None


def caller_address(peer: str, forwarded: str, trusted_proxies: int) -> str:
    """Tell who calls: the address that the last trusted proxy saw, without its port.

    Each proxy appends whom it saw; what stands further left anybody may have written. Of IPv6
    the network counts, the first 64 bits: one subscriber has all the addresses in it.
    """
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    is_behind = 0 < trusted_proxies <= len(seen)
    return _network(seen[-trusted_proxies]) if is_behind else _network(peer)


@lru_cache(10_000)
def _network(text: str) -> str:
    bare = text.partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return text[:64]
    if isinstance(found, IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((found, 64), strict=False).network_address)
