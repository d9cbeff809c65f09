-- The ledger. Two rivals can break no rule that stands here as a constraint.
CREATE SCHEMA booking;

-- Rules are data per office: see docs/architecture.md.
CREATE TABLE booking.office (
    id                     text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name                   text NOT NULL,
    office_class           text NOT NULL DEFAULT '',
    short_name             text NOT NULL,
    province               text NOT NULL DEFAULT '',
    timezone               text NOT NULL,
    address                text NOT NULL,
    phone                  text NOT NULL DEFAULT '',
    lat                    double precision,
    lon                    double precision,
    note                   text NOT NULL DEFAULT '',
    whatsapp_number        text,
    hold_minutes           int NOT NULL DEFAULT 10 CHECK (hold_minutes BETWEEN 1 AND 1440),
    phone_cap              int NOT NULL DEFAULT 5 CHECK (phone_cap BETWEEN 1 AND 1000),
    code_tries             int NOT NULL DEFAULT 5 CHECK (code_tries BETWEEN 1 AND 20),
    reschedule_days_before int NOT NULL DEFAULT 1 CHECK (reschedule_days_before BETWEEN 0 AND 60),
    reschedule_limit       int NOT NULL DEFAULT 2 CHECK (reschedule_limit BETWEEN 0 AND 100),
    release_after_min_s    int NOT NULL DEFAULT 1800 CHECK (release_after_min_s >= 0),
    release_after_max_s    int NOT NULL DEFAULT 7200,
    window_minutes         int NOT NULL DEFAULT 30 CHECK (window_minutes BETWEEN 5 AND 480),
    arrive_early_minutes   int NOT NULL DEFAULT 30 CHECK (arrive_early_minutes BETWEEN 0 AND 240),
    CHECK (release_after_max_s >= release_after_min_s)
);

CREATE TABLE booking.service (
    id      text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name_id text NOT NULL,
    name_en text NOT NULL
);

-- `ordinal` gives each service of an office queue letters of its own.
CREATE TABLE booking.office_service (
    office_id  text NOT NULL REFERENCES booking.office,
    service_id text NOT NULL REFERENCES booking.service,
    ordinal    smallint NOT NULL DEFAULT 0 CHECK (ordinal BETWEEN 0 AND 12),
    PRIMARY KEY (office_id, service_id),
    UNIQUE (office_id, ordinal)
);

CREATE TABLE booking.session (
    office_id text NOT NULL REFERENCES booking.office,
    session   text NOT NULL CHECK (session IN ('morning', 'afternoon')),
    starts    time NOT NULL,
    ends      time NOT NULL,
    PRIMARY KEY (office_id, session),
    CHECK (starts < ends)
);

-- No session means the whole day.
CREATE TABLE booking.closure (
    office_id text NOT NULL REFERENCES booking.office,
    date      date NOT NULL,
    session   text CHECK (session IN ('morning', 'afternoon')),
    reason    text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (office_id, date, session)
);

-- capacity = remaining + withheld + seats taken, always. `free_seats` are numbers given back;
-- above `next_seat` none was ever given. `seq` numbers the slot's events without a gap.
CREATE TABLE booking.slot (
    id             uuid PRIMARY KEY,
    office_id      text NOT NULL,
    service_id     text NOT NULL,
    date           date NOT NULL,
    session        text NOT NULL CHECK (session IN ('morning', 'afternoon')),
    starts         time NOT NULL,
    ends           time NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    opens_at       timestamptz NOT NULL,
    closes_at      timestamptz NOT NULL,
    window_minutes int NOT NULL,
    queue_letter   text NOT NULL,
    capacity       int NOT NULL CHECK (capacity BETWEEN 0 AND 100000),
    remaining      int NOT NULL,
    withheld       int NOT NULL DEFAULT 0 CHECK (withheld >= 0),
    next_seat      int NOT NULL DEFAULT 1,
    free_seats     int[] NOT NULL DEFAULT '{}',
    closed         boolean NOT NULL DEFAULT false,
    seq            bigint NOT NULL DEFAULT 0,
    UNIQUE (office_id, service_id, date, session),
    FOREIGN KEY (office_id, service_id) REFERENCES booking.office_service,
    CONSTRAINT slot_never_oversold CHECK (remaining BETWEEN 0 AND capacity),
    CHECK (remaining + withheld <= capacity),
    CHECK (starts_at < ends_at AND closes_at <= ends_at)
) WITH (fillfactor = 50);
CREATE INDEX slot_free ON booking.slot (service_id, date) WHERE remaining > 0 AND NOT closed;

-- One claim on one seat, from hold to visit. Identity is fixed: the booking role has no right to
-- change it. `person` is sealed with keys from outside the database (shared/keys.py).
CREATE TABLE booking.hold (
    id          uuid PRIMARY KEY,
    slot_id     uuid NOT NULL REFERENCES booking.slot,
    service_id  text NOT NULL,
    seat        int NOT NULL CHECK (seat >= 1),
    state       text NOT NULL CHECK (state IN
                ('held', 'confirmed', 'visited', 'released', 'expired', 'cancelled', 'rescheduled')),
    owner_key   bytea NOT NULL,
    person_key  bytea NOT NULL,
    nik_key     bytea,
    person      bytea NOT NULL,
    channel     text NOT NULL,
    wrong_tries smallint NOT NULL DEFAULT 0,
    reschedules smallint NOT NULL DEFAULT 0,
    held_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX hold_one_per_person ON booking.hold (person_key, service_id)
    WHERE state IN ('held', 'confirmed');
CREATE UNIQUE INDEX hold_one_per_nik ON booking.hold (nik_key, service_id)
    WHERE state IN ('held', 'confirmed');
CREATE UNIQUE INDEX hold_one_per_seat ON booking.hold (slot_id, seat)
    WHERE state IN ('held', 'confirmed', 'visited');
CREATE INDEX hold_by_owner ON booking.hold (owner_key) WHERE state IN ('held', 'confirmed');
CREATE INDEX hold_by_expiry ON booking.hold (expires_at) WHERE state = 'held';

-- What a confirmed hold adds. A reschedule points the same code at a new hold.
CREATE TABLE booking.booking (
    code         text PRIMARY KEY CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{12}$'),
    hold_id      uuid NOT NULL UNIQUE REFERENCES booking.hold,
    service_hour text NOT NULL,
    queue_number text NOT NULL,
    confirmed_at timestamptz NOT NULL
);

-- Freed seats that nobody may have yet: who frees a seat must not be able to say who gets it.
CREATE TABLE booking.withheld (
    hold_id    uuid PRIMARY KEY REFERENCES booking.hold,
    slot_id    uuid NOT NULL REFERENCES booking.slot,
    seat       int NOT NULL,
    release_at timestamptz NOT NULL
);
CREATE INDEX withheld_by_time ON booking.withheld (release_at);

-- Every command seen and its one outcome. `contact` is kept, sealed, only where nobody waits for
-- the answer, so that the notifier knows whom to tell.
CREATE TABLE booking.command (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    owner_key   bytea NOT NULL,
    fingerprint bytea NOT NULL,
    state       text NOT NULL DEFAULT 'decided' CHECK (state IN ('decided', 'parked')),
    outcome     jsonb,
    contact     bytea,
    decided_at  timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);

CREATE TABLE booking.event_log (
    id           uuid PRIMARY KEY,
    type         text NOT NULL,
    slot_id      uuid,
    slotsequence bigint,
    subject      text,
    office_id    text,
    data         jsonb NOT NULL,
    occurred_at  timestamptz NOT NULL,
    position     bigint UNIQUE,
    UNIQUE (slot_id, slotsequence)
);
CREATE TABLE booking.outbox (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES booking.event_log
);
-- The last position given out. One relay at a time writes here, so positions have no gap.
CREATE TABLE booking.relay (
    one_row  boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    position bigint NOT NULL
);
INSERT INTO booking.relay (position) VALUES (0);

-- Every act of staff.
CREATE TABLE booking.audit (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    who  text NOT NULL,
    act  text NOT NULL,
    data jsonb NOT NULL
);

GRANT USAGE ON SCHEMA booking TO antrean_booking;
GRANT SELECT ON ALL TABLES IN SCHEMA booking TO antrean_booking;
GRANT INSERT, UPDATE ON booking.office, booking.service, booking.office_service, booking.session,
    booking.closure, booking.slot, booking.booking, booking.command, booking.relay TO antrean_booking;
GRANT DELETE ON booking.closure, booking.withheld, booking.outbox TO antrean_booking;
GRANT INSERT ON booking.hold, booking.withheld, booking.event_log, booking.outbox, booking.audit
    TO antrean_booking;
GRANT UPDATE (state, wrong_tries, ended_at) ON booking.hold TO antrean_booking;
GRANT UPDATE (position) ON booking.event_log TO antrean_booking;
