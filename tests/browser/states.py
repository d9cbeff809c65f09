"""Every state of the citizen's pages, by the way that leads to it."""

from tests.browser import states_booking, states_choosing, states_owning
from tests.browser.visit import Way

WAYS: dict[Way, tuple[str, ...]] = {
    states_choosing.first_steps: (
        "home", "service", "service-missing", "offices", "offices-found",
        "dates", "dates-missing", "dates-chosen",
    ),
    states_choosing.searches: (
        "offices-none", "offices-free", "offices-refused", "offices-nearest", "offices-not-offered",
    ),
    states_choosing.a_month: ("calendar", "calendar-chosen", "calendar-unreleased"),
    states_choosing.no_seats: (
        "dates-full", "dates-unreleased", "home-seen", "dates-none", "dates-not-offered",
        "dates-no-office",
    ),
    states_choosing.which_service: ("dates-which-service",),
    states_choosing.while_looking: ("dates-taken", "dates-stale"),
    states_choosing.closed: ("home-closed", "help-closed"),
    states_booking.who_comes: ("applicant-nothing", "applicant", "applicant-errors"),
    states_booking.proves_by_sms: (
        "login", "login-wrong-number", "login-code", "login-wrong-code", "check",
    ),
    states_booking.by_whatsapp: ("login-link", "login-qr"),
    states_booking.a_seat_is_held: (
        "check-nothing", "held", "home-held", "mine-held", "check-clash", "held-extended", "ticket",
    ),
    states_booking.a_mistake: ("applicant-mend", "check-other"),
    states_booking.slowly: ("working", "working-still", "working-long"),
    states_booking.too_late: ("held-soon", "expired"),
    states_booking.refusals: ("refused-taken", "refused-already"),
    states_owning.a_ticket: ("ticket-prove", "ticket-offline", "mine-offline", "offline"),
    states_owning.a_day_later: ("ticket-past",),
    states_owning.search_by_code: (
        "mine", "mine-errors", "mine-not-found", "mine-too-many", "ticket-no-such",
    ),
    states_owning.own_appointments: ("mine-empty", "mine-several", "mine-kept"),
    states_owning.changes: (
        "change-prove", "change", "dates-moving", "change-move", "change-refused", "change-moved",
    ),
    states_owning.gives_up: ("cancel", "cancelled", "ticket-cancelled", "change-over"),
    states_owning.trouble: ("missing", "trouble"),
    states_owning.explanations: ("help", "accessibility", "privacy", "privacy-removed"),
}  # fmt: skip
STATES = tuple(state for states in WAYS.values() for state in states)
