"""What the services share: messages, broker, database, keys; no rule lives here."""
