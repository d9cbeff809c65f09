"""The invariants of the ledger, as workers and the bench count them."""

from services.booking.invariants import broken as broken_invariants

__all__ = ["broken_invariants"]
