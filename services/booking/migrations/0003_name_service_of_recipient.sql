-- What a text says of a place includes the service: an office may offer several.
CREATE OR REPLACE VIEW booking_api.recipient AS
SELECT h.id, 'hold/' || h.id AS seal, h.person AS sealed, encode(h.owner_key, 'hex') AS owner,
       b.code AS booking_code, b.service_hour, b.queue_number,
       o.id AS office_id, o.name AS office_name, o.short_name, o.address, o.timezone,
       o.arrive_early_minutes, s.service_id, s.date, s.session, s.starts, s.ends, h.expires_at,
       v.name_id AS service_name_id, v.name_en AS service_name_en
  FROM booking.hold h JOIN booking.slot s ON s.id = h.slot_id
  JOIN booking.office o ON o.id = s.office_id
  JOIN booking.service v ON v.id = s.service_id
  LEFT JOIN booking.booking b ON b.hold_id = h.id
UNION ALL
SELECT c.id, 'command/' || c.id, c.contact, encode(c.owner_key, 'hex'),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL
  FROM booking.command c
 WHERE c.contact IS NOT NULL AND NOT EXISTS (SELECT FROM booking.hold h WHERE h.id = c.id);
