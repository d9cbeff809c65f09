-- The chat side: what came in, where each conversation stands, what is to go out.
-- Everything that names or quotes a person is sealed; the name in brackets is what it is bound to.

-- A message is here before its webhook is answered, once. [inbox/<message_id>]
CREATE TABLE gateway.inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  text NOT NULL UNIQUE,
    owner       text NOT NULL,
    sealed      bytea NOT NULL,
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    state       text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'failed')),
    tries       smallint NOT NULL DEFAULT 0
);
CREATE INDEX inbox_new ON gateway.inbox (owner, at, id) WHERE state = 'new';

-- One conversation per person; its row's lock is what keeps their messages in order.
-- [conversation/<owner>]
CREATE TABLE gateway.conversation (
    owner           text PRIMARY KEY,
    sealed          bytea,
    last_inbound_at timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- Which phone belongs to a WhatsApp user id, for messages that hide the phone. [link/<bsuid_key>]
CREATE TABLE gateway.phone_of_bsuid (
    bsuid_key bytea PRIMARY KEY,
    sealed    bytea NOT NULL,
    seen_at   timestamptz NOT NULL DEFAULT now()
);

-- What is to be published; the relay deletes it. [outbox]
CREATE TABLE gateway.outbox (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange text NOT NULL,
    key      text NOT NULL,
    sealed   bytea NOT NULL
);

-- Signed webhooks that could not be read, for an operator. [quarantine]
CREATE TABLE gateway.quarantine (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now(),
    reason      text NOT NULL,
    sealed      bytea NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.inbox, gateway.conversation,
    gateway.phone_of_bsuid, gateway.outbox, gateway.quarantine TO antrean_gateway;
