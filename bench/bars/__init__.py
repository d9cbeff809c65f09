"""The measurements, one small module for those that belong together."""
