"""Proves a phone: by a WhatsApp message that the citizen sends, or by a code that we send."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from services.gateway import limits, people, store
from shared.db import Db
from shared.keys import CROCKFORD, Keys, normal_code
from shared.messages import Contact, Content, SendText

PROVE_WITHIN = timedelta(minutes=10)
LIVES = timedelta(hours=24)
SHOWN_AFTER = timedelta(hours=1)  # so that one who comes late reads "expired"
WORD = "MASUK"
WHATSAPP_CODE_LENGTH = 8  # 40 random bits, guessed at only by sending us messages
SMS_CODE_DIGITS = 6
TEXT_NAMESPACE = UUID("6f6d2a53-8a3c-5d0e-a2ab-0f4e4a9bb3c1")


class Proof(StrEnum):
    """What came of a code in a WhatsApp message."""

    PROVEN = "proven"
    UNKNOWN = "unknown"
    OTHER_PHONE = "other_phone"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that waits for its proof; `id` is the caller's secret."""

    id: str
    phone: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """A login as it is stored: whose it is, once proven."""

    owner: str | None
    contact: dict[str, Any]
    expires_at: datetime
    lives_until: datetime

    def code_to_send(self, now: datetime) -> str | None:
        """Give what is still to be sent to us; None where nothing is, or an SMS proves it."""
        waits = self.owner is None and now < self.expires_at
        return self.contact.get("code") if waits else None


def key_of(keys: Keys, login_id: str) -> bytes:
    """Hash a login's id: the table alone must not let anybody in."""
    return keys.hashed("login", login_id)


async def begin(db: Db, keys: Keys, phone: str, by: str, now: datetime) -> Begun:
    """Open a login for a phone (E.164); a code that is in use is drawn again."""
    while True:
        begun = Begun(secrets.token_urlsafe(24), phone, _draw(by), now + PROVE_WITHIN)
        id_key = key_of(keys, begun.id)
        # What is to be sent to us is shown again as a QR code; an SMS code is nobody's to show.
        shown = {"code": begun.code} if by == "whatsapp" else {}
        contact = {"phone": phone, "bsuid": None} | shown
        login = store.NewLogin(
            id_key=id_key,
            by=by,
            phone_key=keys.hashed("phone", phone),
            contact=keys.seal(contact, f"login/{id_key.hex()}"),
            code_key=_code_key(keys, by, begun.code, id_key),
            created_at=now,
            expires_at=begun.expires_at,
            lives_until=begun.expires_at + SHOWN_AFTER,
        )
        if await store.add_login(db, login):
            return begun


async def find(db: Db, keys: Keys, login_id: str, now: datetime) -> Login | None:
    """Find a login by its id, unless it is over."""
    id_key = key_of(keys, login_id)
    row = await store.find_login(db, id_key, now)
    if row is None:
        return None
    contact = keys.unseal(row["contact"], f"login/{id_key.hex()}")
    return Login(row["owner"], contact, row["expires_at"], row["lives_until"])


async def prove(db: Db, keys: Keys, code: str, contact: Contact, now: datetime) -> Proof:
    """Prove the login that a WhatsApp message names; run it in the message's transaction.

    The sender must have the phone that the login was opened for. Who hides the phone is known
    by WhatsApp's user id instead.
    """
    row = await store.lock_login_by_code(db, _code_key(keys, "whatsapp", code, b""), now)
    if row is None:
        return Proof.UNKNOWN
    if contact.phone and keys.hashed("phone", contact.phone) != row["phone_key"]:
        return Proof.OTHER_PHONE
    owner = keys.owner_of(contact.phone, contact.bsuid)
    who = {"phone": contact.phone, "bsuid": contact.bsuid}
    sealed = keys.seal(who, f"login/{row['id_key'].hex()}")
    await store.mark_proven(db, row["id_key"], owner, sealed, now + LIVES)
    return Proof.PROVEN


async def try_sms_code(
    db: Db, keys: Keys, login_id: str, code: str, now: datetime
) -> tuple[bool, int] | None:
    """Try the code of an SMS; says whether it was right and how many tries are left.

    The right code once more is right once more: its answer may have been lost. None: there is no
    such login, or none that an SMS proves.
    """
    id_key = key_of(keys, login_id)
    code_key = _code_key(keys, "sms", code, id_key)
    row = await store.try_code(db, id_key, code_key, now, now + LIVES)
    if row is None:
        known = await store.find_code(db, id_key, now)
        if known is None:
            return None
        is_repeat = known["owner"] is not None and known["code_key"] == code_key
        return is_repeat, 0
    if row["is_right"]:
        await store.mark_sms_used(db, id_key)
    return row["is_right"], row["tries_left"]


async def count_sms(
    db: Db, keys: Keys, begun: Begun, daily_cap: int, now: datetime
) -> timedelta | None:
    """Count a code as sent, or say how long none may be; run it in a transaction."""
    await store.lock_sms(db)
    phone_key, prefix = keys.hashed("phone", begun.phone), people.prefix_of(begun.phone)
    wait = limits.refuse_sms(await store.count_sms(db, phone_key, prefix, now), daily_cap)
    if wait is None:
        await store.add_sms(db, key_of(keys, begun.id), phone_key, prefix, now)
    return wait


async def uncount_sms(db: Db, keys: Keys, begun: Begun) -> None:
    """Take back a code that certainly was not sent."""
    await store.forget_sms(db, key_of(keys, begun.id))


async def end(db: Db, keys: Keys, login_id: str) -> store.Ended:
    """End a login; says which one has ended by it, if it was proven."""
    return await store.end_login(db, key_of(keys, login_id))


async def end_all(db: Db, owner: str) -> None:
    """End every login of a person: what was proven by their phone is proven no more."""
    await store.end_logins_of(db, owner)


def sms_text(begun: Begun) -> SendText:
    """Write the text that carries an SMS code; it is worthless after ten minutes."""
    body = f"ANTREAN: kode masuk {begun.code}. Berlaku 10 menit. Jangan berikan kepada siapa pun."
    return SendText(
        id=uuid5(TEXT_NAMESPACE, begun.id),
        to=Contact(phone=begun.phone),
        content=Content(body=body),
        purpose="login_code",
        by=("sms",),
        valid_until=begun.expires_at,
    )


def whatsapp_text(code: str) -> str:
    """Write what the citizen sends to us."""
    return f"{WORD} {code}"


def whatsapp_url(code: str, number: str) -> str:
    """Link to the chat with us in which the text already stands (wa.me, click to chat)."""
    return f"https://wa.me/{number.removeprefix('+')}?text={quote(whatsapp_text(code))}"


def _draw(by: str) -> str:
    if by == "sms":
        return f"{secrets.randbelow(10**SMS_CODE_DIGITS):0{SMS_CODE_DIGITS}d}"
    return "".join(secrets.choice(CROCKFORD) for _ in range(WHATSAPP_CODE_LENGTH))


def _code_key(keys: Keys, by: str, code: str, id_key: bytes) -> bytes:
    """Hash a code: an SMS code for its login alone, a WhatsApp code so that it names its login."""
    bound = id_key.hex() if by == "sms" else ""
    return keys.hashed(f"login-code/{by}/{bound}", normal_code(code))
