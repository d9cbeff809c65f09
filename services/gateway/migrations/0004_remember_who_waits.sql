-- Whose command waits, and whether they were told so: their next message waits for its outcome.
ALTER TABLE gateway.awaiting ADD COLUMN owner text;
ALTER TABLE gateway.awaiting ADD COLUMN told_at timestamptz;
CREATE INDEX awaiting_of_owner ON gateway.awaiting (owner);

-- When a message was answered: who writes very many at once is answered to the last alone.
ALTER TABLE gateway.inbox ADD COLUMN done_at timestamptz;
CREATE INDEX inbox_done ON gateway.inbox (owner, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX inbox_by_time ON gateway.inbox (received_at);
CREATE INDEX conversation_by_time ON gateway.conversation (updated_at);
CREATE INDEX login_of_owner ON gateway.login (owner);
