import json

import pytest

from bench.load import Source
from bench.orders import Orders, Rush, beside, is_sold_out, wrong_with

ORDERS = Orders(7, 3, organizer="bench", event="e1", item=4, token="sesame")
RUSH = Rush("stampede", 600, 200)


def parts(request: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    return first, headers, body


def test_everybody_orders_one_ticket_of_the_same_event() -> None:
    source: Source = ORDERS

    for request in source.make():
        first, headers, body = parts(request)
        assert first == "POST /api/v1/organizers/bench/events/e1/orders/ HTTP/1.1"
        assert headers["Authorization"] == "Token sesame"
        assert int(headers["Content-Length"]) == len(body)
        assert [one["item"] for one in json.loads(body)["positions"]] == [4]


def test_everybody_is_somebody_else_and_marked_as_sample_data() -> None:
    orders = [json.loads(parts(request)[2]) for request in ORDERS.make()]

    names = [tuple(one["positions"][0]["attendee_name_parts"].values()) for one in orders]
    assert len(set(names)) == len({one["email"] for one in orders}) == 3
    assert {given for given, _ in names} == {"Contoh"}
    assert all(one["email"].endswith("@example.org") for one in orders)


def test_no_mail_is_asked_for() -> None:
    assert not any(b"send_" in request for request in ORDERS.make())


def test_a_full_quota_is_told_from_other_refusals() -> None:
    sold_out = b'{"positions":[{"item":["There is not enough quota available on quota ..."]}]}'

    assert is_sold_out(sold_out)
    assert not is_sold_out(b'{"positions":[{"item":["This field is required."]}]}')


@pytest.mark.parametrize(
    ("sold", "granted", "refused", "wrong"),
    [
        (200, 200, 400, ""),
        (201, 201, 399, "201 were"),  # oversold
        (199, 199, 401, "199 were"),  # undersold, though all were answered
        (199, 200, 400, "199 have one"),  # told of a ticket that is none
        (200, 199, 401, "199 people were told"),  # a ticket that nobody was told of
        (200, 198, 400, ""),  # two were left without an answer, and have a ticket
        (150, 150, 100, ""),  # 350 were left without an answer
    ],
)
def test_a_rush_sells_the_quota_exactly(sold: int, granted: int, refused: int, wrong: str) -> None:
    found = wrong_with(RUSH, sold, granted, refused)

    assert wrong in found
    assert bool(found) == bool(wrong)


def test_a_line_has_the_medians_of_both_and_of_their_ratios() -> None:
    samples = {"stampede": [1000.0, 4000.0, 3000.0], "stampede, pretix": [20.0, 25.0, 30.0]}
    statuses = {"201": 200, "400": 400}
    theirs = {"p50": 2.0, "p99": 3.5, "statuses": statuses, "sold": 200, "oversold": 0}
    raw = {"stampede": [{"p50": 0.01, "p99": 0.05}] * 3, "stampede, pretix": [theirs] * 3}

    line = beside(RUSH, samples, raw)

    assert line["rush"] == "stampede: 600 for 200"
    assert (line["pretix"], line["ours"]) == ("25.0/s", "3,000/s")
    assert line["ours by pretix"] == "100x (50..160)"
    assert line["answers"] == "200 x 201, 400 x 400"
    assert (line["p50"], line["p99"], line["our p50"]) == ("2,000 ms", "3,500 ms", "10 ms")
    assert (line["sold"], line["oversold"]) == ("200, 200, 200", "0")
