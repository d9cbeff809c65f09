"""The chat side: inbox, conversations and outbox, the same for every chat channel."""
