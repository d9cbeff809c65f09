"""What the providers said: one function, one statement."""

from collections.abc import Sequence
from uuid import UUID

from services.notifier.routing import LADDER
from shared.db import Db, Row, columns
from shared.messages import Receipt


async def adopt_receipts(db: Db, attempt_id: UUID, reference: str) -> list[Row]:
    """Find receipts that came before the reference was known; each is given out once."""
    rows: list[Row] = await db.fetch(
        """
        WITH early AS (
            UPDATE notifier.receipt r SET attempt_id = a.id FROM notifier.attempt a
             WHERE a.id = $1 AND r.provider_ref = $2 AND r.provider = a.provider
               AND r.attempt_id IS NULL
            RETURNING r.provider, r.provider_ref, r.status, r.error_code AS code,
                      NULL::boolean AS billable, NULL::text AS category, a.id AS attempt_id
        )
        SELECT * FROM early
        """,
        attempt_id,
        reference,
    )
    return rows


async def add_receipts(db: Db, receipts: Sequence[Receipt]) -> list[Row]:
    """Keep receipts that are new and find the attempt and text of each."""
    rows = (
        (
            *(r.provider_ref, r.status, _uuid(r.tag), r.provider, r.error_code, r.at),
            *(r.billable, r.category),
        )
        for r in receipts
    )
    found: list[Row] = await db.fetch(
        """
        WITH new AS (
            SELECT DISTINCT ON (provider, provider_ref, status) *
              FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[],
                          $6::timestamptz[], $7::boolean[], $8::text[])
                   AS new (provider_ref, status, tag, provider, code, at, billable, category)
        ), found AS (
            SELECT new.*, a.id AS attempt_id
              FROM new LEFT JOIN LATERAL (
                   SELECT id FROM notifier.attempt
                    WHERE provider = new.provider AND (
                          id = new.tag OR text_id = new.tag OR provider_ref = new.provider_ref)
                    ORDER BY coalesce(id = new.tag, false) DESC,
                             coalesce(provider_ref = new.provider_ref, false) DESC,
                             started_at DESC LIMIT 1) a ON true
        ), kept AS (
            INSERT INTO notifier.receipt
                   (provider_ref, status, tag, attempt_id, provider, error_code, at)
            SELECT provider_ref, status, tag::text, attempt_id, provider, code, at FROM found
            ON CONFLICT DO NOTHING RETURNING provider, provider_ref, status
        )
        SELECT found.* FROM kept JOIN found USING (provider, provider_ref, status)
         WHERE found.attempt_id IS NOT NULL
        """,
        *columns(rows, 8),
    )
    return found


async def raise_attempt(db: Db, receipt: Row) -> Row:
    """Record what a receipt says of an attempt, unless more is known.

    Returns the text as it is now, with the attempt's channel and state, and whether it is the only
    one of its channel that may still arrive.
    """
    rows: list[Row] = await db.fetch(
        """
        WITH raised AS (
            UPDATE notifier.attempt SET
                   provider_ref = coalesce(provider_ref, $2),
                   billable = coalesce($5, billable), category = coalesce($6, category),
                   state = CASE WHEN array_position($4::text[], $3) > array_position($4, state)
                                THEN $3 ELSE state END
             WHERE id = $1 RETURNING id, text_id, channel, state, started_at
        )
        SELECT t.*, raised.channel AS attempt_channel, raised.state AS attempt_state, now() AS now,
               NOT EXISTS (
                   SELECT FROM notifier.attempt o
                    WHERE o.text_id = raised.text_id AND o.channel = raised.channel
                      AND o.id <> raised.id AND (o.state IN ('accepted', 'sent') OR (
                          o.state IN ('calling', 'unknown') AND o.started_at > raised.started_at))
               ) AS is_alone
          FROM raised JOIN notifier.text t ON t.id = raised.text_id
        """,
        receipt["attempt_id"],
        receipt["provider_ref"],
        receipt["status"],
        list(LADDER),
        receipt["billable"],
        receipt["category"],
    )
    return rows[0]


def _uuid(tag: str | None) -> UUID | None:
    try:
        return UUID(tag) if tag else None
    except ValueError:
        return None
