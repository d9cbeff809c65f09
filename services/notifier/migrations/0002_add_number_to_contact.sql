-- The business number that a person last wrote to: they are answered from it.
ALTER TABLE notifier.contact ADD COLUMN number_id text;
