-- Logins that were ended before their time. Every gateway reads them each second, and refuses the
-- tokens that were given for them, which else would live for up to ten minutes more.
CREATE TABLE gateway.ended_login (
    id_key   bytea PRIMARY KEY,
    ended_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ended_login_by_time ON gateway.ended_login (ended_at);

GRANT SELECT, INSERT, DELETE ON gateway.ended_login TO antrean_gateway;
