"""Measures the system beside its yardsticks; nothing imports it."""
