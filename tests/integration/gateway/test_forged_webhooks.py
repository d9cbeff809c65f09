"""Webhooks that somebody else wrote, or that changed on the way: none is taken."""

import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.integration.gateway.webhooks import Meta, Writer, envelope, sign

Forged = tuple[bytes, str]
DICE = random.Random(16)


def genuine() -> bytes:
    """Write a webhook as Meta does: what is not ASCII is escaped."""
    return json.dumps(envelope({"messages": [Writer().text("Terima kasih 🙏 é")]})).encode()


def changed(raw: bytes) -> bytes:
    """Turn one bit over."""
    place, bit = DICE.randrange(len(raw)), 1 << DICE.randrange(8)
    return raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]


def bodies(raw: bytes) -> Iterator[bytes]:
    """Change a body: a bit, its length, or only the way in which it is written."""
    yield from (changed(raw) for _ in range(70))
    yield from (raw[: DICE.randrange(len(raw))] for _ in range(20))
    yield from (raw + more for more in (b" ", b"\n", b"\0", b"{}", raw))
    payload = json.loads(raw)
    yield json.dumps(payload, ensure_ascii=False).encode()
    yield json.dumps(payload, separators=(",", ":")).encode()
    yield json.dumps(payload, indent=1).encode()
    yield json.dumps(payload, sort_keys=True).encode()
    yield raw.decode().encode("utf-16")


def digits(signature: str) -> Iterator[str]:
    """Change one digit, or lose some."""
    for _ in range(50):
        place = DICE.randrange(len("sha256="), len(signature))
        other = DICE.choice([digit for digit in "0123456789abcdef" if digit != signature[place]])
        yield signature[:place] + other + signature[place + 1 :]
    yield from (signature[:length] for length in range(7, len(signature), 6))


def forms(raw: bytes, secret: str) -> Iterator[str]:
    """Sign in another way, or with another secret."""
    key, right = secret.encode(), sign(raw, secret)
    digest = right.removeprefix("sha256=")
    yield from ("sha256=", "sha256=" + "0" * 64, "sha256=" + "é" * 64, "none", "sha256")
    yield from (digest, f"SHA256={digest}", f"sha256:{digest}", f'"{right}"', f"sha256= {digest}")
    yield from (right.upper(), f"sha256={digest.upper()}", f"{right},{right}", f"{right};v=1")
    yield f"sha256={base64.b64encode(bytes.fromhex(digest)).decode()}"
    for name in ("md5", "sha1", "sha512"):
        other = hmac.new(key, raw, name).hexdigest()
        yield from (f"{name}={other}", f"sha256={other}", f"sha256={other[:64].ljust(64, '0')}")
    yield f"sha256={hashlib.sha256(raw).hexdigest()}"
    yield f"sha256={hashlib.sha256(key + raw).hexdigest()}"
    yield from (sign(raw, other) for other in ("", " ", "secret", secret[:-1], secret + "\n"))
    yield from (sign(raw, other) for other in (secret.upper() + "x", secret[::-1], digest))
    yield from (sign(b"", secret), sign(raw * 2, secret), sign(raw[:-1], secret))


def forgeries(raw: bytes, secret: str) -> list[Forged]:
    right = sign(raw, secret)
    found = [(body, right) for body in bodies(raw)]
    found += [(raw, signature) for signature in (*digits(right), *forms(raw, secret))]
    return found + [(genuine(), right) for _ in range(10)] + [(raw, "-")]


async def test_of_two_hundred_forged_webhooks_none_is_taken(meta: Meta, admin: Any) -> None:
    raw = genuine()
    forged = forgeries(raw, meta.secret)
    count = (
        "SELECT (SELECT count(*) FROM gateway.inbox) + (SELECT count(*) FROM gateway.quarantine)"
    )
    before = await admin.fetchval(count)

    statuses = Counter([await meta.post(*one) for one in forged])

    assert len(set(forged)) >= 200
    assert (raw, sign(raw, meta.secret)) not in forged
    assert statuses == {401: len(forged)}
    assert await admin.fetchval(count) == before
    assert await meta.post(raw) == 200
    assert await admin.fetchval(count) == before + 1
