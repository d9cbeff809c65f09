\set slot random(:first, :last)
BEGIN;
UPDATE booking.slot SET remaining = remaining - 1, next_seat = next_seat + 1, seq = seq + 1
 WHERE id = md5('slot' || :slot)::uuid AND remaining > 0 AND NOT closed
   AND opens_at <= now() AND closes_at > now()
RETURNING next_seat - 1 AS seat, seq, gen_random_uuid() AS hold, gen_random_uuid() AS event \gset
INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
                          channel, held_at, expires_at)
VALUES (CAST(:hold AS uuid), md5('slot' || :slot)::uuid, 'passport', CAST(:seat AS int), 'held',
        decode(repeat(md5(:hold), 2), 'hex'), decode(md5(:event) || md5(:hold), 'hex'),
        convert_to(repeat('x', 104), 'UTF8') || decode(md5(:event), 'hex'),
        'mobile', now(), now() + interval '1 day');
INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
VALUES (CAST(:hold AS uuid), 'hold.place', decode(repeat(md5(:hold), 2), 'hex'),
        decode(md5(:event) || md5(:hold), 'hex'),
        '{"kind": "hold_granted", "hold_id": "00000000-0000-4000-8000-000000000000", "slot": {"office": "jakarta-pusat", "service": "passport", "date": "2027-01-11", "session": "morning"}, "expires_at": "2027-01-01T00:00:00Z"}');
INSERT INTO booking.event_log (id, type, slot_id, slotsequence, subject, office_id, data, occurred_at)
VALUES (CAST(:event AS uuid), 'hold.placed', md5('slot' || :slot)::uuid, CAST(:seq AS bigint),
        'jakarta-pusat/passport/2027-01-11/morning', 'jakarta-pusat',
        '{"office": "jakarta-pusat", "service": "passport", "date": "2027-01-11", "session": "morning", "command_id": "00000000-0000-4000-8000-000000000000", "hold_id": "00000000-0000-4000-8000-000000000000", "channel": "mobile", "expires_at": "2027-01-01T00:00:00Z"}',
        now());
INSERT INTO booking.outbox (event_id) VALUES (CAST(:event AS uuid));
COMMIT;
