-- Slots for pgbench, in a database with booking's own migrations: slot 0 is the hot one.
INSERT INTO booking.office (id, name, short_name, timezone, address)
SELECT 'office-' || n, 'Office', 'Office', 'Asia/Jakarta', 'Somewhere' FROM generate_series(0, 9) n;
INSERT INTO booking.service VALUES ('passport', 'Paspor', 'Passport');
INSERT INTO booking.office_service SELECT 'office-' || n, 'passport', 0 FROM generate_series(0, 9) n;
INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, starts_at, ends_at,
       opens_at, closes_at, window_minutes, queue_letter, capacity, remaining)
SELECT md5('slot' || n)::uuid, 'office-' || n % 10, 'passport', current_date + 3 + n / 10, 'morning',
       '08:00', '12:00', now() + interval '3 days', now() + interval '4 days', now(),
       now() + interval '3 days', 30, 'A', 100000, 100000
  FROM generate_series(0, 1000) n;
-- And the bare three tables, for comparison with a ledger that keeps nothing else.
CREATE SCHEMA bare;
CREATE TABLE bare.slot (id int PRIMARY KEY, remaining int NOT NULL CHECK (remaining >= 0))
    WITH (fillfactor = 50);
CREATE TABLE bare.booking (id uuid PRIMARY KEY, slot_id int NOT NULL, person bytea NOT NULL);
CREATE TABLE bare.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data jsonb NOT NULL);
INSERT INTO bare.slot SELECT n, 2000000000 FROM generate_series(0, 1000) n;
ANALYZE;
