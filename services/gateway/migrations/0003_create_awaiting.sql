-- Commands of a conversation that wait for booking, each with what is said if that takes long.
-- [awaiting/<command_id>]
CREATE TABLE gateway.awaiting (
    command_id uuid PRIMARY KEY,
    sealed     bytea NOT NULL,
    asked_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX awaiting_asked ON gateway.awaiting (asked_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.awaiting TO antrean_gateway;
