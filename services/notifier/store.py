"""What is to be sent and what was sent: one function, one statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifier.routing import NO_WHATSAPP_FOR, REST_PATIENCE_S, Step
from shared.db import Db, Row

OPEN = ("waiting", "sending", "unknown", "sent")


@dataclass(frozen=True, slots=True)
class NewText:
    """A text as it is stored; `sealed` holds recipient and words."""

    id: UUID
    purpose: str
    recipient: str
    sealed: bytes
    channel: str
    later: tuple[str, ...]
    valid_until: datetime | None
    has_template: bool = False


async def add_texts(db: Db, texts: Sequence[NewText]) -> int:
    """Store texts that are due at once; those stored before stay as they are."""
    added = 0
    for text in texts:
        # One row each: `later` is an array of its own, and a batch is seldom above a dozen.
        done = await db.execute(
            """
            INSERT INTO notifier.text
                   (id, purpose, recipient, sealed, channel, later, valid_until, has_template,
                    due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now()) ON CONFLICT (id) DO NOTHING
            """,
            text.id,
            text.purpose,
            text.recipient,
            text.sealed,
            text.channel,
            list(text.later),
            text.valid_until,
            text.has_template,
        )
        added += int(done.rpartition(" ")[2])
    return added


async def find_recipients(db: Db, ids: Collection[UUID]) -> dict[UUID, Row]:
    """Read whom to tell of these holds or refused commands; each is looked up on its own."""
    rows = await db.fetch(
        """
        SELECT found.* FROM unnest($1::uuid[]) AS wanted (id), LATERAL (
            SELECT * FROM booking_api.recipient r WHERE r.id = wanted.id OFFSET 0) AS found
        """,
        list(ids),
    )
    return {row["id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class Seen:
    """That a person wrote: when, to which number, and whether they want no more texts.

    `before` is who they were while WhatsApp hid their number: what they wanted then holds on.
    """

    recipient: str
    inbound_at: datetime
    number_id: str | None = None
    opted_out: bool | None = None
    before: str | None = None


async def see_contact(db: Db, seen: Seen) -> None:
    """Remember that a person wrote; what they want is what they said last.

    Of the same second it is what comes last: WhatsApp's times are whole seconds, and some come in
    milliseconds by mistake.
    """
    await db.execute(
        """
        INSERT INTO notifier.contact AS c (recipient, last_inbound_at, number_id, opted_out)
        VALUES ($1, $2, $3, coalesce($4, (
            SELECT b.opted_out FROM notifier.contact b WHERE b.recipient = $5), false))
        ON CONFLICT (recipient) DO UPDATE SET
            last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
            number_id = coalesce(excluded.number_id, c.number_id),
            opted_out = coalesce(
                CASE WHEN excluded.last_inbound_at >=
                          coalesce(date_trunc('second', c.last_inbound_at), '-infinity')
                     THEN $4 END,
                c.opted_out OR (c.last_inbound_at IS NULL AND excluded.opted_out)),
            no_whatsapp_until = NULL
        """,
        seen.recipient,
        seen.inbound_at,
        seen.number_id,
        seen.opted_out,
        seen.before,
    )


@dataclass(frozen=True, slots=True)
class Waits:
    """What holds texts up: channels that rest, and receipts that may still come.

    `judges_silence` is off while no receipt could be heard.
    """

    resting: Sequence[str]
    receipt_wait_s: float
    judges_silence: bool = True


CLAIM = """
    WITH due AS (
        SELECT t.id, t.state FROM notifier.text t
         WHERE t.due_at <= now() AND (CASE WHEN t.state <> 'waiting' THEN $4
               WHEN t.channel = ANY ($2::text[]) THEN t.later <> '{}'
                    AND t.created_at <= now() - make_interval(secs => $5)
               ELSE NOT EXISTS (
                    SELECT FROM notifier.text e
                     WHERE e.recipient = t.recipient AND e.channel = t.channel
                       AND e.seq < t.seq AND (e.state = 'sending'
                           OR e.state = 'waiting' AND e.due_at <= now() + interval '5 s')) END)
         ORDER BY t.due_at LIMIT $1 FOR UPDATE OF t SKIP LOCKED
    ), taken AS (
        UPDATE notifier.text t SET due_at = now() + make_interval(secs => $3),
               state = CASE WHEN due.state = 'waiting' THEN 'sending' ELSE t.state END,
               tries = t.tries + (due.state = 'waiting')::int
          FROM due WHERE t.id = due.id
        RETURNING t.*, due.state AS was
    ), attempts AS (
        INSERT INTO notifier.attempt (text_id, channel, provider)
        SELECT id, channel, '' FROM taken WHERE was = 'waiting'
        RETURNING id, text_id
    )
    SELECT taken.*, attempts.id AS attempt_id, c.last_inbound_at, c.opted_out,
           c.number_id, c.no_whatsapp_until, now() AS now,
           (SELECT count(*) FROM notifier.attempt a
             WHERE a.text_id = taken.id AND a.channel = taken.channel) AS earlier,
           (SELECT a.provider FROM notifier.attempt a WHERE a.text_id = taken.id
             ORDER BY a.started_at DESC LIMIT 1) AS last_provider
      FROM taken LEFT JOIN attempts ON attempts.text_id = taken.id
      LEFT JOIN LATERAL (SELECT * FROM notifier.contact c
                          WHERE c.recipient = taken.recipient OFFSET 0) c ON true
     ORDER BY taken.seq
"""


async def claim_due(db: Db, limit: int, waits: Waits) -> list[Row]:
    """Take texts whose timer ran out; a waiting one gets its attempt row in the same statement.

    Texts to one person by one channel go one by one, unless the earlier one must wait for long.
    What waits for a channel that rests is taken after a while if it has another. Should this
    process die, a text is due again in `receipt_wait_s`.
    """
    rows: list[Row] = await db.fetch(
        CLAIM,
        limit,
        list(waits.resting),
        waits.receipt_wait_s,
        waits.judges_silence,
        REST_PATIENCE_S,
    )
    return rows


async def name_provider(db: Db, attempt_id: UUID, provider: str) -> None:
    """Say on the attempt which provider is about to be called."""
    await db.execute(
        "UPDATE notifier.attempt SET provider = $2 WHERE id = $1", attempt_id, provider
    )


async def record_accepted(db: Db, attempt_id: UUID, reference: str, segments: int | None) -> None:
    """Record the provider's reference; a receipt may have been quicker and its state stays."""
    await db.execute(
        """
        UPDATE notifier.attempt SET
               provider_ref = $2, segments = $3, answered_at = clock_timestamp(),
               state = CASE WHEN state IN ('calling', 'unknown') THEN 'accepted' ELSE state END
         WHERE id = $1
        """,
        attempt_id,
        reference,
        segments,
    )


async def record_failed(
    db: Db, attempt_id: UUID, state: str, code: int | None, reason: str
) -> None:
    """Record that a call failed (`refused`) or ended in doubt (`unknown`)."""
    await db.execute(
        """
        UPDATE notifier.attempt SET state = $2, error_code = $3, error = $4,
               answered_at = clock_timestamp()
         WHERE id = $1 AND state = 'calling'
        """,
        attempt_id,
        state,
        code,
        reason,
    )


async def move(
    db: Db,
    text_id: UUID,
    step: Step,
    *,
    only: Collection[str] = OPEN,
    after: UUID | None = None,
) -> bool:
    """Take a text's next step, unless a receipt has settled it meanwhile; says whether it did.

    `after` names the attempt whose call ended: it decides nothing once there is a newer one.
    """
    done: str = await db.execute(
        """
        UPDATE notifier.text SET state = $2, reason = coalesce(nullif($3, ''), reason),
               due_at = now() + make_interval(secs => $4),
               channel = coalesce($5, channel),
               later = CASE WHEN $5::text IS NULL THEN later ELSE later[2:] END,
               as_template = coalesce($6, as_template),
               tries = CASE WHEN $5::text IS NOT NULL THEN 0
                            ELSE greatest(0, tries - (NOT $7)::int) END,
               doubts = CASE WHEN $5::text IS NOT NULL THEN 0 ELSE doubts + $9::int END,
               settled_at = CASE WHEN $2 IN ('undeliverable', 'dropped') THEN now() END
         WHERE id = $1 AND state = ANY ($8::text[]) AND ($10::uuid IS NULL OR $10 = (
               SELECT a.id FROM notifier.attempt a WHERE a.text_id = $1
                ORDER BY a.started_at DESC LIMIT 1))
        """,
        text_id,
        step.state,
        step.reason,
        step.due_in_s,
        step.channel,
        step.as_template,
        step.counts_as_try,
        list(only) if after is None else ["sending", "unknown"],
        int(step.is_doubt),
        after,
    )
    return done.endswith(" 1")


async def mark_contact(db: Db, recipient: str, step: Step) -> None:
    """Remember that a person is not on WhatsApp for now, or wants no more texts."""
    await db.execute(
        """
        INSERT INTO notifier.contact AS c (recipient, opted_out, no_whatsapp_until)
        VALUES ($1, $2, CASE WHEN $3 THEN now() + $4::interval END)
        ON CONFLICT (recipient) DO UPDATE SET opted_out = c.opted_out OR excluded.opted_out,
            no_whatsapp_until = coalesce(excluded.no_whatsapp_until, c.no_whatsapp_until)
        """,
        recipient,
        step.opts_out,
        step.no_whatsapp,
        NO_WHATSAPP_FOR,
    )


async def find_again(db: Db, recipient: str) -> None:
    """Forget that a person is not on WhatsApp: one device failed, and another was reached."""
    await db.execute(
        """
        UPDATE notifier.contact SET no_whatsapp_until = NULL
         WHERE recipient = $1 AND no_whatsapp_until IS NOT NULL
        """,
        recipient,
    )


async def settle(db: Db, text_id: UUID, state: str) -> None:
    """Record that a text reached the phone (`delivered`, `read`); nothing is due any more."""
    await db.execute(
        """
        UPDATE notifier.text SET due_at = NULL, settled_at = coalesce(settled_at, now()),
               state = CASE WHEN state = 'read' THEN state ELSE $2 END
         WHERE id = $1
        """,
        text_id,
        state,
    )
