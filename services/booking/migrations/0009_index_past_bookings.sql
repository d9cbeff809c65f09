-- Whoever asks for what was theirs of late is answered by an index, like whoever asks what is theirs.
CREATE INDEX hold_past_by_owner ON booking.hold (owner_key, ended_at)
    WHERE state IN ('visited', 'cancelled');
