-- The outbox holds what has no number yet; `published` is the last number that the broker has.
-- To look for what waits by number in the outbox meant to read all of it for each batch.
ALTER TABLE booking.relay ADD COLUMN published bigint NOT NULL DEFAULT 0;
UPDATE booking.relay SET published = coalesce(
    (SELECT min(e.position) - 1 FROM booking.outbox o JOIN booking.event_log e ON e.id = o.event_id),
    position);
DELETE FROM booking.outbox o USING booking.event_log e
 WHERE e.id = o.event_id AND e.position IS NOT NULL;

-- Who ends visits reads bookings whose session is over, not every hold there ever was.
CREATE INDEX hold_confirmed ON booking.hold (slot_id) WHERE state = 'confirmed';

-- Of a booking, a reschedule changes the hold and what belongs to its seat, nothing else.
REVOKE UPDATE ON booking.booking FROM antrean_booking;
GRANT UPDATE (hold_id, service_hour, queue_number) ON booking.booking TO antrean_booking;
