-- What booking may read of the gateway: which commands were accepted, and when. Whose they are it
-- need not know. Booking looks for those that have no outcome (services/booking/invariants.py).
CREATE SCHEMA gateway_api;

CREATE VIEW gateway_api.accepted AS
SELECT command_id, asked_at FROM gateway.asked
 UNION ALL
SELECT command_id, asked_at FROM gateway.awaiting;

GRANT USAGE ON SCHEMA gateway_api TO antrean_booking;
GRANT SELECT ON gateway_api.accepted TO antrean_booking;
