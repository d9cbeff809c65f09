"""The SQL of logins and of the codes sent by SMS: one function, one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.gateway.limits import BREAKER_CODES, BREAKER_WINDOW, SmsCounts
from shared.db import Db, Row, columns

SMS_LOCK = 7_236_011

Ended = list[tuple[bytes, datetime]]  # hashes of ids, with the moments at which they ended


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A login that is to be proven; see migrations/0001 for its fields."""

    id_key: bytes
    by: str
    phone_key: bytes
    contact: bytes
    code_key: bytes
    created_at: datetime
    expires_at: datetime
    lives_until: datetime


async def add_login(db: Db, login: NewLogin) -> bool:
    """Store a login; False where its code is in use, so that another must be drawn."""
    status: str = await db.execute(
        """
        INSERT INTO gateway.login
            (id_key, by, phone_key, contact, code_key, created_at, expires_at, lives_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
        """,
        login.id_key,
        login.by,
        login.phone_key,
        login.contact,
        login.code_key,
        login.created_at,
        login.expires_at,
        login.lives_until,
    )
    return status == "INSERT 0 1"


async def find_login(db: Db, id_key: bytes, now: datetime) -> Row | None:
    """Read a login that is not over."""
    return await db.fetchrow(
        """
        SELECT by, contact, owner, expires_at, lives_until FROM gateway.login
         WHERE id_key = $1 AND lives_until > $2
        """,
        id_key,
        now,
    )


async def find_proven(db: Db, id_keys: Sequence[bytes]) -> list[bytes]:
    """Say which of these logins are proven."""
    rows = await db.fetch(
        "SELECT id_key FROM gateway.login WHERE id_key = ANY ($1::bytea[]) AND owner IS NOT NULL",
        list(id_keys),
    )
    return [row["id_key"] for row in rows]


async def lock_login_by_code(db: Db, code_key: bytes, now: datetime) -> Row | None:
    """Read and lock the open login that a WhatsApp message names."""
    return await db.fetchrow(
        """
        SELECT id_key, phone_key FROM gateway.login
         WHERE by = 'whatsapp' AND owner IS NULL AND code_key = $1 AND expires_at > $2
           FOR UPDATE
        """,
        code_key,
        now,
    )


async def mark_proven(
    db: Db, id_key: bytes, owner: str, contact: bytes, lives_until: datetime
) -> None:
    """Store who proved a login; a login is proven once."""
    await db.execute(
        """
        UPDATE gateway.login SET owner = $2, contact = $3, lives_until = $4
         WHERE id_key = $1 AND owner IS NULL
        """,
        id_key,
        owner,
        contact,
        lives_until,
    )


async def try_code(
    db: Db, id_key: bytes, code_key: bytes, now: datetime, lives_until: datetime
) -> Row | None:
    """Count one try at an SMS code and prove the login if it is right.

    The row's lock makes rivals count one after the other: five tries are five, and a right code
    works once. None: no such login, over, proven already, or out of tries.
    """
    return await db.fetchrow(
        """
        UPDATE gateway.login
           SET tries = tries + 1,
               owner = CASE WHEN code_key = $2 THEN encode(phone_key, 'hex') END,
               lives_until = CASE WHEN code_key = $2 THEN $4 ELSE lives_until END
         WHERE id_key = $1 AND by = 'sms' AND owner IS NULL AND tries < 5 AND expires_at > $3
        RETURNING owner IS NOT NULL AS is_right, 5 - tries AS tries_left
        """,
        id_key,
        code_key,
        now,
        lives_until,
    )


async def find_code(db: Db, id_key: bytes, now: datetime) -> Row | None:
    """Read the code of a login by SMS that is not over."""
    return await db.fetchrow(
        """
        SELECT owner, code_key FROM gateway.login
         WHERE id_key = $1 AND by = 'sms' AND lives_until > $2
        """,
        id_key,
        now,
    )


async def end_login(db: Db, id_key: bytes) -> Ended:
    """Forget a login, and write down that it ended, if it was proven: it has tokens."""
    return await _end_logins(db, "id_key = $1", id_key)


async def end_logins_of(db: Db, owner: str) -> Ended:
    """End every login of one owner."""
    return await _end_logins(db, "owner = $1", owner)


async def _end_logins(db: Db, which: str, value: bytes | str) -> Ended:
    rows = await db.fetch(
        f"""
        WITH gone AS (DELETE FROM gateway.login WHERE {which} RETURNING id_key, owner)
        INSERT INTO gateway.ended_login (id_key) SELECT id_key FROM gone WHERE owner IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING id_key, ended_at
        """,
        value,
    )
    return [(row["id_key"], row["ended_at"]) for row in rows]


async def list_ended(db: Db, since: datetime) -> Ended:
    """Read which logins were ended since then."""
    rows = await db.fetch(
        "SELECT id_key, ended_at FROM gateway.ended_login WHERE ended_at > $1", since
    )
    return [(row["id_key"], row["ended_at"]) for row in rows]


async def forget_ended(db: Db, before: datetime) -> None:
    """Delete what was noted of logins of which no token can be good any more."""
    await db.execute("DELETE FROM gateway.ended_login WHERE ended_at < $1", before)


async def forget_old_logins(db: Db, now: datetime) -> None:
    """Delete logins that are over."""
    await db.execute("DELETE FROM gateway.login WHERE lives_until < $1", now)


async def forget_old_codes(db: Db, now: datetime) -> None:
    """Delete codes that no limit looks at any more."""
    await db.execute(
        "DELETE FROM gateway.sms_code WHERE sent_at < $1::timestamptz - interval '2 days'", now
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that was accepted and is to be asked for."""

    command_id: UUID
    owner: str
    kind: str
    booking_code: str | None


async def add_asked(db: Db, asked: Sequence[Asked]) -> None:
    """Store commands that were accepted and are to be asked for."""
    await db.execute(
        """
        INSERT INTO gateway.asked (command_id, owner, kind, booking_code)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        ON CONFLICT DO NOTHING
        """,
        *columns(((a.command_id, a.owner, a.kind, a.booking_code) for a in asked), 4),
    )


async def find_asked(db: Db, command_id: UUID) -> Row | None:
    """Read a command that was accepted and is to be asked for."""
    return await db.fetchrow(
        "SELECT owner, kind, booking_code FROM gateway.asked WHERE command_id = $1", command_id
    )


async def forget_asked(db: Db) -> None:
    """Delete what was to be asked for a day ago; its outcome stays with booking."""
    await db.execute("DELETE FROM gateway.asked WHERE asked_at < now() - interval '1 day'")


async def lock_sms(db: Db) -> None:
    """Let one transaction at a time count and send, on all gateways: the limits are exact."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", SMS_LOCK)


async def count_sms(db: Db, phone_key: bytes, prefix: str, now: datetime) -> SmsCounts:
    """Count what was sent to this phone, to its neighbours and in all."""
    row = await db.fetchrow(
        """
        WITH mine AS (
            SELECT sent_at FROM gateway.sms_code
             WHERE phone_key = $1 AND sent_at > $3::timestamptz - interval '1 day'
        ), recent AS (
            SELECT used FROM gateway.sms_code
             WHERE sent_at > $3::timestamptz - $4::interval ORDER BY sent_at DESC LIMIT $5
        )
        SELECT (SELECT count(*) FROM mine
                 WHERE sent_at > $3::timestamptz - interval '1 minute') AS phone_minute,
               (SELECT count(*) FROM mine
                 WHERE sent_at > $3::timestamptz - interval '10 minutes') AS phone_ten_minutes,
               (SELECT count(*) FROM mine) AS phone_day,
               (SELECT count(*) FROM gateway.sms_code WHERE prefix = $2
                   AND sent_at > $3::timestamptz - interval '1 minute') AS prefix_minute,
               (SELECT count(*) FROM gateway.sms_code
                 WHERE sent_at > $3::timestamptz - interval '1 day') AS day,
               (SELECT count(*) FROM recent) AS recent,
               (SELECT count(*) FROM recent WHERE used) AS recent_used
        """,
        phone_key,
        prefix,
        now,
        BREAKER_WINDOW,
        BREAKER_CODES,
    )
    return SmsCounts(**dict(row or {}))


async def add_sms(db: Db, login_key: bytes, phone_key: bytes, prefix: str, now: datetime) -> None:
    """Write down a code that is about to be sent."""
    await db.execute(
        """
        INSERT INTO gateway.sms_code (login_key, phone_key, prefix, sent_at)
        VALUES ($1, $2, $3, $4)
        """,
        login_key,
        phone_key,
        prefix,
        now,
    )


async def mark_sms_used(db: Db, login_key: bytes) -> None:
    """Write down that a code was typed: the breaker asks how many are."""
    await db.execute("UPDATE gateway.sms_code SET used = true WHERE login_key = $1", login_key)


async def forget_sms(db: Db, login_key: bytes) -> None:
    """Take back a code that certainly was not sent."""
    await db.execute("DELETE FROM gateway.sms_code WHERE login_key = $1", login_key)
