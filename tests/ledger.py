"""The invariants of the ledger, as the bench counts them after every run."""

from bench.invariants import broken as broken_invariants

__all__ = ["broken_invariants"]
