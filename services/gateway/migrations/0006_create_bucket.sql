-- Token buckets of fair use, shared by all gateways. `key` is a keyed hash of what is counted: no
-- phone, name or address stands here. `tokens` are those at the moment `at`; what has come in
-- since then, the statement that takes adds. A bucket without a row is full.
-- Unlogged: after a crash of the server all buckets are full, which costs a minute's fairness.
CREATE UNLOGGED TABLE gateway.bucket (
    key    bytea PRIMARY KEY,
    tokens double precision NOT NULL CHECK (tokens >= 0),
    at     timestamptz NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.bucket TO antrean_gateway;
