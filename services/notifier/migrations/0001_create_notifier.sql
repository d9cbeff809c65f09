-- What citizens are told: each text once, every attempt and every receipt on record.
CREATE SCHEMA notifier;

-- `id` is derived from what asked for the text, so that a repeat makes no second one.
-- `sealed` holds recipient and words (AAD `text/<id>`). `due_at` is the row's one timer: the next
-- attempt, the end of waiting for a receipt, or the fall-back to the next channel in `later`.
CREATE TABLE notifier.text (
    id          uuid PRIMARY KEY,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    purpose     text NOT NULL,
    recipient   text NOT NULL,
    sealed      bytea NOT NULL,
    channel     text NOT NULL CHECK (channel IN ('whatsapp', 'sms')),
    later       text[] NOT NULL DEFAULT '{}',
    as_template boolean NOT NULL DEFAULT false,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'unknown',
                'sent', 'delivered', 'read', 'undeliverable', 'dropped')),
    tries       int NOT NULL DEFAULT 0,
    due_at      timestamptz,
    valid_until timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz,
    reason      text
) WITH (fillfactor = 70);
CREATE INDEX text_due ON notifier.text (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX text_in_order ON notifier.text (recipient, seq) WHERE state IN ('waiting', 'sending');

-- Written before the provider is called: after a crash in between we know that a call may have
-- been made. `id` goes to the provider and comes back with its receipts.
CREATE TABLE notifier.attempt (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    text_id      uuid NOT NULL REFERENCES notifier.text,
    channel      text NOT NULL,
    provider     text NOT NULL,
    provider_ref text,
    state        text NOT NULL DEFAULT 'calling' CHECK (state IN
                 ('calling', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played', 'unknown', 'refused')),
    segments     smallint,
    billable     boolean,
    category     text,
    error_code   int,
    error        text,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    answered_at  timestamptz
) WITH (fillfactor = 70);
CREATE INDEX attempt_by_text ON notifier.attempt (text_id);
CREATE INDEX attempt_by_ref ON notifier.attempt (provider_ref);

-- Every receipt, once per provider reference and status; `attempt_id` stays empty until the
-- attempt is known, which may be after the receipt.
CREATE TABLE notifier.receipt (
    provider_ref text NOT NULL,
    status       text NOT NULL,
    tag          text,
    attempt_id   uuid,
    provider     text NOT NULL,
    error_code   int,
    at           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider_ref, status)
);

-- Who wrote when (WhatsApp's 24-hour window), who wants no more, who is not on WhatsApp.
CREATE TABLE notifier.contact (
    recipient         text PRIMARY KEY,
    last_inbound_at   timestamptz,
    opted_out         boolean NOT NULL DEFAULT false,
    no_whatsapp_until timestamptz
);

GRANT USAGE ON SCHEMA notifier TO antrean_notifier;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA notifier TO antrean_notifier;
