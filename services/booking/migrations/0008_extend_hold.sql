-- A hold may be made to stand longer, once: `extend_minutes` says by how much, 0 that it may not.
ALTER TABLE booking.office ADD COLUMN extend_minutes int NOT NULL DEFAULT 5
    CHECK (extend_minutes BETWEEN 0 AND 60);
ALTER TABLE booking.hold ADD COLUMN extended boolean NOT NULL DEFAULT false;
GRANT UPDATE (expires_at, extended) ON booking.hold TO antrean_booking;
