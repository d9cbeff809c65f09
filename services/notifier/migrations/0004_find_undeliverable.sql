-- An operator lists the few texts that could not be sent, among all that ever were.
CREATE INDEX text_undeliverable ON notifier.text (seq) WHERE state = 'undeliverable';
