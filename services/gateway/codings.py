"""In which coding a body is sent: by what was made of it, and what the caller takes. Pure."""

from collections.abc import Container

CODINGS = {"br": ".br", "gzip": ".gz"}  # the shorter first, with the ending of a file of it


def pick_coding(accepted: str, built: Container[str]) -> str:
    """Choose of the codings that were built the shortest that is accepted (RFC 9110, 12.5.3)."""
    taken = {}
    for one in accepted.split(","):
        name, _, weight = one.replace(" ", "").lower().partition(";q=")
        taken[name] = weight.strip("0.") != "" if weight else True
    every = taken.get("*", False)
    return next((c for c in CODINGS if c in built and taken.get(c, every)), "")
