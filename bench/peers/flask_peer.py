"""The usual peer: Flask, a psycopg pool, SELECT ... FOR UPDATE, one commit a request.

gunicorn runs it: `BENCH_DATABASE=... BENCH_POOL=8 gunicorn bench.peers.flask_peer:app`.
"""

import json
import os
from typing import Any
from uuid import uuid4

from flask import Flask, request
from psycopg.errors import UniqueViolation
from psycopg_pool import ConnectionPool
from pydantic import ValidationError

from bench.peers.wish import Wish

app = Flask(__name__)
SIZE = int(os.environ.get("BENCH_POOL", "8"))
pool = ConnectionPool(os.environ["BENCH_DATABASE"], min_size=SIZE, max_size=SIZE, open=True)


def post_hold() -> Any:
    """Take a seat: 201, or 409 where none is left or the applicant has one."""
    try:
        wish = Wish.model_validate_json(request.get_data())
    except ValidationError:
        return {"code": "invalid"}, 422
    try:
        with pool.connection() as db:  # one transaction; it rolls back where we raise
            return take(db, wish)
    except UniqueViolation:
        return {"code": "already_booked"}, 409


def take(db: Any, wish: Wish) -> Any:
    """Lock the slot's row, look, and write."""
    who, booking_id = wish.applicant, uuid4()
    row = db.execute(
        "SELECT capacity, remaining FROM slot WHERE id = %s FOR UPDATE", (wish.slot,)
    ).fetchone()
    if row is None or row[1] <= 0:
        return {"code": "slot_full"}, 409
    seat = row[0] - row[1] + 1
    db.execute("UPDATE slot SET remaining = remaining - 1 WHERE id = %s", (wish.slot,))
    db.execute(
        "INSERT INTO booking (id, slot_id, applicant, seat, name, birth_date)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (booking_id, wish.slot, who.key, seat, who.name, who.birth_date),
    )
    event = {"type": "hold.placed", "hold_id": str(booking_id), "slot": wish.slot}
    db.execute("INSERT INTO outbox (payload) VALUES (%s)", (json.dumps(event),))
    return {"hold_id": str(booking_id), "seat": seat}, 201


def ready() -> str:
    """Say that it listens."""
    return ""


app.add_url_rule("/v1/holds", view_func=post_hold, methods=["POST"])
app.add_url_rule("/readyz", view_func=ready)
