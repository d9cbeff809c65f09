"""Of the codings that there are, the shortest that a caller takes."""

import pytest

from services.gateway.codings import pick_coding


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip;q=1.0", "gzip"),
        ("br; q=0.001", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0.000, *", "gzip"),
        ("identity", ""),
        ("", ""),
        ("brr, x-gzip", ""),
    ],
)
def test_the_shortest_coding_that_is_taken_is_chosen(accepted: str, coding: str) -> None:
    assert pick_coding(accepted, {"": b"", "br": b"", "gzip": b""}) == coding


def test_what_was_built_in_no_other_coding_is_sent_as_it_is() -> None:
    assert pick_coding("gzip, br", {"": b""}) == ""
