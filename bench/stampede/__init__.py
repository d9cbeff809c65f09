"""Rivals at one slot of a running system: one run, shown in the terminal or on a page."""
