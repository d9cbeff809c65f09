"""What the stampede's page may be asked, by whom, and what whoever looks is told."""

import json
import re
from array import array
from datetime import date
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from bench.load import Answers
from bench.stampede import lines, moments
from bench.stampede.__main__ import line
from bench.stampede.stage import LEAST, MOST, USUAL, BadWishError, Wish, read_wish
from bench.stampede.web import MARK, PAGE, refuse
from bench.tally import Ledger, Seats, count, judge
from shared.messages import Session, SlotRef

SLOT = SlotRef(office="ambon", service="passport", date=date(2030, 1, 7), session=Session.MORNING)
OURS = {"Origin": "http://127.0.0.1:8091", "Sec-Fetch-Site": "same-origin", MARK: "page"}


def answers(*given: tuple[int, float]) -> Answers:
    found = Answers(status=array("H", [status for status, _ in given]))
    found.took = array("d", [took for _, took in given])
    found.sent = array("d", [0.1 * number for number in range(len(given))])
    found.seconds = 2.0
    found.bodies = {
        number: json.dumps({"hold_id": str(uuid4())}).encode()
        for number, (status, _) in enumerate(given)
        if status == 201
    }
    return found


def counted(found: Answers, seats: int) -> moments.Counted:
    tally = count(found)
    rows = frozenset(tally.granted.values())
    told = Seats(seats, seats - len(rows), Ledger(seats, rows))
    return moments.Counted(tally, told, judge(tally, told), found, is_stopped=False)


def test_what_is_not_said_is_as_usual() -> None:
    assert read_wish({"seats": 5}) == Wish(5, USUAL["rivals"], USUAL["within_s"])


@pytest.mark.parametrize(
    "body",
    [
        {"seats": 0},
        {"seats": 1001},
        {"rivals": 5001},
        {"rivals": -1},
        {"rivals": "5"},
        {"seats": None},
        {"seats": 2.5},
        {"seats": True},
        {"within_s": 31},
        {"within_s": 10**400},
        [],
        "5",
        None,
    ],
)
def test_what_is_beyond_the_bounds_is_refused_in_words(body: object) -> None:
    with pytest.raises(BadWishError, match=r"whole number|how many"):
        read_wish(body)


def test_the_form_has_the_bounds_of_the_server() -> None:
    found: dict[str, dict[str, str | None]] = {}

    class Inputs(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            told = dict(attrs)
            if tag == "input" and told["name"]:
                found[told["name"]] = told

    Inputs().feed((PAGE / "index.html").read_text(encoding="utf-8"))

    assert found.keys() == {"seats", "rivals"}
    for name, told in found.items():
        bounds = (told["min"], told["max"], told["value"])
        assert bounds == (str(LEAST[name]), str(MOST[name]), str(USUAL[name]))


def test_the_page_asks_nobody_else() -> None:
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text) == [], path


@pytest.mark.parametrize("host", ["127.0.0.1:8091", "localhost:8091", "[::1]:8091", "127.0.0.1"])
def test_this_machine_may_look(host: str) -> None:
    assert refuse("GET", host, {}) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8091",
        "127.0.0.1.evil.example",
        "192.0.2.7:8091",
        "0.0.0.0",  # noqa: S104 it is not listened on
        "[::1",
        "",
    ],
)
def test_a_name_that_was_let_point_here_sees_nothing(host: str) -> None:
    assert refuse("GET", host, OURS) != ""
    assert refuse("POST", host, OURS | {"Origin": f"http://{host}"}) != ""


@pytest.mark.parametrize(
    ("change", "is_obeyed"),
    [
        ({}, True),
        ({"Origin": None, "Sec-Fetch-Site": None}, True),  # no browser, so no page of another site
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://127.0.0.1:8080"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({MARK: None}, False),
    ],
)
def test_only_the_page_itself_may_open_a_counter(
    change: dict[str, str | None], is_obeyed: bool
) -> None:
    told = {name: text for name, text in (OURS | change).items() if text is not None}

    assert (refuse("POST", "127.0.0.1:8091", told) == "") == is_obeyed


def test_progress_counts_what_was_answered_so_far() -> None:
    now = moments.progress(answers((201, 0.004), (409, 0.2), (409, 0.3), (0, 0.0)), 7, 1.5)

    assert (now.sent, now.answered, now.remaining) == (4, 3, 7)
    assert now.statuses == {201: 1, 409: 2}
    assert now.percentiles_ms == pytest.approx((200, 300, 300))


def test_every_latency_is_in_one_bar_of_the_histogram() -> None:
    edges = moments.EDGES_MS
    on_edges = [edge / 1000 for edge in edges]

    assert moments.histogram(on_edges) == (1,) * len(edges) + (0,)
    assert moments.histogram([0.0, 6.0, 60.0]) == (1, *[0] * (len(edges) - 1), 2)
    assert sum(moments.histogram(sorted([*on_edges, 0.0123, 9.9]))) == len(edges) + 2


def test_the_last_seat_was_sold_when_its_answer_came() -> None:
    found = answers((201, 0.5), (201, 0.1), (409, 0.9))

    assert counted(found, 2).sold_out_s == pytest.approx(0.5)
    assert counted(found, 3).sold_out_s is None


def test_the_terminal_shows_what_the_page_shows() -> None:
    now = moments.progress(answers((201, 0.004), (409, 0.2), (503, 0.2)), 0, 1.5)

    words = line(now)

    for part in ("answered 3", "201: 1", "409: 1", "503: 1", "seats left 0"):
        assert part in words


def test_each_moment_is_told_as_one_line_of_json() -> None:
    found = answers((201, 0.5), (409, 0.1))
    every: list[moments.Moment] = [
        moments.Opened(SLOT, 1, 2),
        moments.progress(found, 0, 1.0),
        counted(found, 1),
        moments.GivenBack(1, 1, count(found)),
    ]

    told = [json.loads(json.dumps(lines.told(one))) for one in every]

    assert [one["moment"] for one in told] == ["opened", "progress", "counted", "given_back"]
    assert told[0]["slot"]["office"] == "ambon"
    result = {name: told[2][name] for name in ("sold", "capacity", "oversold", "unequal")}
    assert result == {"sold": 1, "capacity": 1, "oversold": 0, "unequal": 0}
    assert told[2]["is_exact"]
