"""Turns events into texts on phones, each sent effectively once."""
