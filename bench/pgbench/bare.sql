\set slot random(:first, :last)
WITH taken AS (
    UPDATE bare.slot SET remaining = remaining - 1 WHERE id = :slot AND remaining > 0
    RETURNING id, gen_random_uuid() AS hold
), booked AS (
    INSERT INTO bare.booking SELECT hold, id, uuid_send(hold) || uuid_send(hold) FROM taken
)
INSERT INTO bare.outbox (data)
SELECT '{"office": "jakarta-pusat", "hold_id": "00000000-0000-4000-8000-000000000000"}'::jsonb FROM taken;
