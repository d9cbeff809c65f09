-- What both peers keep: one row a slot, one hold an applicant, one message a hold.
CREATE TABLE slot (
    id        text PRIMARY KEY,
    capacity  int NOT NULL,
    remaining int NOT NULL CHECK (remaining BETWEEN 0 AND capacity)
) WITH (fillfactor = 50);
CREATE TABLE booking (
    id         uuid PRIMARY KEY,
    slot_id    text NOT NULL REFERENCES slot,
    applicant  bytea NOT NULL UNIQUE,
    seat       int NOT NULL,
    name       text NOT NULL,
    birth_date date NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (slot_id, seat)
);
CREATE TABLE outbox (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload jsonb NOT NULL
);
