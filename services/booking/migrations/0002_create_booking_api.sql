-- What other services may read: the gateway everything but `recipient`, the notifier only that.
CREATE SCHEMA booking_api;

CREATE VIEW booking_api.office AS
SELECT o.id, o.name, o.office_class, o.short_name, o.province, o.timezone, o.address, o.phone,
       o.lat, o.lon, o.note, o.whatsapp_number, o.hold_minutes, o.code_tries,
       o.reschedule_days_before, o.reschedule_limit, o.arrive_early_minutes,
       ARRAY(SELECT s.service_id FROM booking.office_service s
              WHERE s.office_id = o.id ORDER BY s.ordinal) AS services
  FROM booking.office o;

CREATE VIEW booking_api.service AS SELECT id, name_id, name_en FROM booking.service;
CREATE VIEW booking_api.session AS SELECT office_id, session, starts, ends FROM booking.session;
CREATE VIEW booking_api.closure AS SELECT office_id, date, session, reason FROM booking.closure;

CREATE VIEW booking_api.slot AS
SELECT id, office_id, service_id, date, session, starts, ends, starts_at, ends_at, opens_at,
       closes_at, capacity, remaining, closed, seq
  FROM booking.slot;

CREATE VIEW booking_api.request AS
SELECT id, kind, encode(owner_key, 'hex') AS owner, fingerprint, state, outcome
  FROM booking.command;

CREATE VIEW booking_api.hold AS
SELECT h.id, encode(h.owner_key, 'hex') AS owner, h.state, h.person, h.channel, h.wrong_tries,
       h.held_at, h.expires_at, s.office_id, s.service_id, s.date, s.session
  FROM booking.hold h JOIN booking.slot s ON s.id = h.slot_id;

-- `hold_state` tells a booking's fate: confirmed, visited, cancelled.
CREATE VIEW booking_api.booking AS
SELECT b.code, b.hold_id, encode(h.owner_key, 'hex') AS owner, h.state AS hold_state, h.person,
       h.reschedules, h.ended_at, b.service_hour, b.queue_number, b.confirmed_at,
       s.office_id, s.service_id, s.date, s.session, s.starts_at, s.ends_at
  FROM booking.booking b JOIN booking.hold h ON h.id = b.hold_id
  JOIN booking.slot s ON s.id = h.slot_id;

-- Whom to tell of a hold (its id) or of a command that was refused (its id). `sealed` opens for
-- the row named in `seal`: {"name", "birth_date", "phone", "bsuid", "language"} of a hold,
-- {"phone", "bsuid", "language"} of a command.
CREATE VIEW booking_api.recipient AS
SELECT h.id, 'hold/' || h.id AS seal, h.person AS sealed, encode(h.owner_key, 'hex') AS owner,
       b.code AS booking_code, b.service_hour, b.queue_number,
       o.id AS office_id, o.name AS office_name, o.short_name, o.address, o.timezone,
       o.arrive_early_minutes, s.service_id, s.date, s.session, s.starts, s.ends, h.expires_at
  FROM booking.hold h JOIN booking.slot s ON s.id = h.slot_id
  JOIN booking.office o ON o.id = s.office_id
  LEFT JOIN booking.booking b ON b.hold_id = h.id
UNION ALL
SELECT c.id, 'command/' || c.id, c.contact, encode(c.owner_key, 'hex'),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM booking.command c
 WHERE c.contact IS NOT NULL AND NOT EXISTS (SELECT FROM booking.hold h WHERE h.id = c.id);

-- Kilometres between two points on a sphere of 6,371 km (haversine).
CREATE FUNCTION booking_api.distance_km(
    lat1 double precision, lon1 double precision, lat2 double precision, lon2 double precision
) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 2 * 6371 * asin(least(1, sqrt(
        sin(radians(lat2 - lat1) / 2) ^ 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ^ 2)))
$$;

-- "Full here, free there": the next two free slots of the same office, then the first free slot
-- of each of the nearest other offices.
CREATE FUNCTION booking_api.alternatives(for_office text, for_service text, other_offices int)
RETURNS TABLE (office text, office_name text, service text, date date, session text,
               remaining int, distance_km double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = booking, pg_temp AS $$
    WITH free AS (
        SELECT s.office_id, s.service_id, s.date, s.session, s.remaining, o.short_name,
               s.office_id = here.id AS is_here,
               booking_api.distance_km(here.lat, here.lon, o.lat, o.lon) AS km,
               row_number() OVER (PARTITION BY s.office_id ORDER BY s.date, s.starts) AS place
          FROM booking.slot s JOIN booking.office o ON o.id = s.office_id
          JOIN booking.office here ON here.id = for_office
         WHERE s.service_id = for_service AND s.remaining > 0 AND NOT s.closed
           AND s.opens_at <= now() AND s.closes_at > now()
    ), chosen AS (
        SELECT *, row_number() OVER (PARTITION BY is_here ORDER BY km NULLS LAST, place) AS rank
          FROM free WHERE place = 1 OR (is_here AND place <= 2)
    )
    SELECT office_id, short_name, service_id, chosen.date, chosen.session, chosen.remaining,
           CASE WHEN is_here THEN 0 ELSE round(km::numeric, 1)::double precision END
      FROM chosen WHERE is_here OR rank <= other_offices
     ORDER BY is_here DESC, rank
$$;
REVOKE ALL ON FUNCTION booking_api.alternatives FROM PUBLIC;

GRANT USAGE ON SCHEMA booking_api TO antrean_booking, antrean_gateway, antrean_notifier;
GRANT SELECT ON booking_api.office, booking_api.service, booking_api.session, booking_api.closure,
    booking_api.slot, booking_api.request, booking_api.hold, booking_api.booking
    TO antrean_gateway;
GRANT SELECT ON booking_api.recipient TO antrean_notifier;
GRANT EXECUTE ON FUNCTION booking_api.alternatives TO antrean_gateway, antrean_booking;
GRANT EXECUTE ON FUNCTION booking_api.distance_km TO antrean_gateway, antrean_booking;
