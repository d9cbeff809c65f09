"""Decides who gets a seat; owns the quota."""
