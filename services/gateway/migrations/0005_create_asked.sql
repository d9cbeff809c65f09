-- Commands whose caller was told to ask again, until the outcome is there: any gateway may be asked.
CREATE TABLE gateway.asked (
    command_id   uuid PRIMARY KEY,
    owner        text NOT NULL,
    kind         text NOT NULL,
    booking_code text,
    asked_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX asked_by_time ON gateway.asked (asked_at);

GRANT SELECT, INSERT, DELETE ON gateway.asked TO antrean_gateway;
