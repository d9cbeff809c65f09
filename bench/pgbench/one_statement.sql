\set slot random(:first, :last)
WITH taken AS (
    UPDATE booking.slot SET remaining = remaining - 1, next_seat = next_seat + 1, seq = seq + 1
     WHERE id = md5('slot' || :slot)::uuid AND remaining > 0 AND NOT closed
       AND opens_at <= now() AND closes_at > now()
    RETURNING id, next_seat - 1 AS seat, seq, gen_random_uuid() AS hold, gen_random_uuid() AS event
), held AS (
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
                              channel, held_at, expires_at)
    SELECT hold, id, 'passport', seat, 'held', uuid_send(hold) || uuid_send(hold),
           uuid_send(event) || uuid_send(hold), convert_to(repeat('x', 104), 'UTF8') || uuid_send(event),
           'mobile', now(), now() + interval '1 day'
      FROM taken
), decided AS (
    INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
    SELECT hold, 'hold.place', uuid_send(hold) || uuid_send(hold), uuid_send(event) || uuid_send(hold),
           '{"kind": "hold_granted", "hold_id": "00000000-0000-4000-8000-000000000000", "slot": {"office": "jakarta-pusat", "service": "passport", "date": "2027-01-11", "session": "morning"}, "expires_at": "2027-01-01T00:00:00Z"}'::jsonb
      FROM taken
), logged AS (
    INSERT INTO booking.event_log (id, type, slot_id, slotsequence, subject, office_id, data, occurred_at)
    SELECT event, 'hold.placed', id, seq, 'jakarta-pusat/passport/2027-01-11/morning', 'jakarta-pusat',
           '{"office": "jakarta-pusat", "service": "passport", "date": "2027-01-11", "session": "morning", "command_id": "00000000-0000-4000-8000-000000000000", "hold_id": "00000000-0000-4000-8000-000000000000", "channel": "mobile", "expires_at": "2027-01-01T00:00:00Z"}'::jsonb,
           now()
      FROM taken
)
INSERT INTO booking.outbox (event_id) SELECT event FROM taken;
