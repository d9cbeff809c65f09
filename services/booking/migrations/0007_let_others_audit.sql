-- One audit trail for the acts of staff in all services. The others write to it through this alone,
-- which notes by which role: none can write in the name of another, nor read what stands there.
CREATE FUNCTION booking_api.add_audit(who text, act text, data jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = booking, pg_temp AS $$
    INSERT INTO booking.audit (who, act, data)
    VALUES ($1, $2, $3 || jsonb_build_object('role', session_user))
$$;
REVOKE ALL ON FUNCTION booking_api.add_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booking_api.add_audit TO antrean_gateway, antrean_notifier;
