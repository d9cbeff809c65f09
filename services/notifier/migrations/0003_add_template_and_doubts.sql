-- Whether a text has a template for the time outside the 24-hour window, and how many calls for
-- it ended in doubt on this channel.
ALTER TABLE notifier.text ADD COLUMN has_template boolean NOT NULL DEFAULT false,
    ADD COLUMN doubts smallint NOT NULL DEFAULT 0;
-- Two providers may give the same reference.
ALTER TABLE notifier.receipt DROP CONSTRAINT receipt_pkey,
    ADD PRIMARY KEY (provider, provider_ref, status);
