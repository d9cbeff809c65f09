-- What the gateway keeps itself: logins and the codes sent by SMS. No phone stands here in clear.
CREATE SCHEMA gateway;

-- `id_key`, `code_key` and `phone_key` are keyed hashes: whoever reads this table can neither use
-- a login nor find whose it is. `contact` is sealed (AAD `login/<id_key as hex>`). `owner` stands
-- from the proof on. `expires_at` ends the proving, `lives_until` what was proven.
CREATE TABLE gateway.login (
    id_key      bytea PRIMARY KEY,
    by          text NOT NULL CHECK (by IN ('whatsapp', 'sms')),
    phone_key   bytea NOT NULL,
    contact     bytea NOT NULL,
    code_key    bytea NOT NULL,
    tries       smallint NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
    owner       text CHECK (owner ~ '^[0-9a-f]{64}$'),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    lives_until timestamptz NOT NULL,
    CHECK (expires_at > created_at AND lives_until >= expires_at)
);
-- The code in a WhatsApp message names its login; two open ones never share a code.
CREATE UNIQUE INDEX login_by_code ON gateway.login (code_key)
    WHERE by = 'whatsapp' AND owner IS NULL;
CREATE INDEX login_by_end ON gateway.login (lives_until);

-- Every code sent by SMS, for the limits; each costs money. `prefix` has seven digits.
CREATE TABLE gateway.sms_code (
    login_key bytea PRIMARY KEY,
    phone_key bytea NOT NULL,
    prefix    text NOT NULL CHECK (prefix ~ '^[0-9]{7}$'),
    sent_at   timestamptz NOT NULL,
    used      boolean NOT NULL DEFAULT false
);
CREATE INDEX sms_code_by_phone ON gateway.sms_code (phone_key, sent_at);
CREATE INDEX sms_code_by_prefix ON gateway.sms_code (prefix, sent_at);
CREATE INDEX sms_code_by_time ON gateway.sms_code (sent_at);

GRANT USAGE ON SCHEMA gateway TO antrean_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.login, gateway.sms_code TO antrean_gateway;
