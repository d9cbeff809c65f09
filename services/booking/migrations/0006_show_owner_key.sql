-- Whoever looks for what a person has asks by `owner_key`, which an index knows; by `owner`, which is
-- made for reading, each look went through every active hold or booking of all people.
CREATE OR REPLACE VIEW booking_api.hold AS
SELECT h.id, encode(h.owner_key, 'hex') AS owner, h.state, h.person, h.channel, h.wrong_tries,
       h.held_at, h.expires_at, s.office_id, s.service_id, s.date, s.session, h.owner_key
  FROM booking.hold h JOIN booking.slot s ON s.id = h.slot_id;

CREATE OR REPLACE VIEW booking_api.booking AS
SELECT b.code, b.hold_id, encode(h.owner_key, 'hex') AS owner, h.state AS hold_state, h.person,
       h.reschedules, h.ended_at, b.service_hour, b.queue_number, b.confirmed_at,
       s.office_id, s.service_id, s.date, s.session, s.starts_at, s.ends_at, h.owner_key
  FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
  JOIN booking.slot s ON s.id = h.slot_id;
