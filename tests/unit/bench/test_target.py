import pytest

from bench import target
from bench.stampede.__main__ import words_of
from deploy.local.paths import StackError

SECRET = "s" * 40


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 it is not listened on
        ("localhost.example.com", False),
        ("antrean.example", False),
    ],
)
def test_this_machine_is_known_by_its_name_or_number(host: str, is_here: bool) -> None:
    assert target.is_loopback(host) == is_here


def test_a_gateway_elsewhere_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_SECRET", SECRET)

    with pytest.raises(StackError, match="anywhere"):
        target.find("http://192.0.2.7:8080", anywhere=False)


def test_a_gateway_elsewhere_is_met_where_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_SECRET", SECRET)

    found = target.find("http://192.0.2.7:8080/", anywhere=True)

    assert (found.host, found.port, found.secret) == ("192.0.2.7", 8080, SECRET)
    assert found.url == "http://192.0.2.7:8080"


def test_a_gateway_that_is_named_needs_its_secret() -> None:
    with pytest.raises(StackError, match="ANTREAN_SECRET"):
        target.find("http://127.0.0.1:8080", anywhere=False)


@pytest.mark.parametrize("url", ["https://127.0.0.1", "127.0.0.1:8080", "ftp://here"])
def test_what_is_no_plain_http_address_is_refused(url: str) -> None:
    with pytest.raises(StackError, match="no address"):
        target.find(url, anywhere=False)


def test_each_connection_comes_from_an_address_of_its_own_on_this_machine() -> None:
    found = target.Target("http://127.0.0.1:8080", SECRET).addresses(256)

    assert len(set(found)) == 256
    assert all(target.is_loopback(one) for one in found)
    assert target.Target("http://192.0.2.7:8080", SECRET).addresses(256) == []


@pytest.mark.parametrize("rivals", ["50001", "0", "-3", "many"])
def test_rivals_are_bounded(rivals: str) -> None:
    with pytest.raises(SystemExit):
        words_of(["--rivals", rivals])


def test_without_words_there_are_2000_rivals_whose_holds_are_given_back() -> None:
    words = words_of([])

    assert words.rivals == 2000
    assert not words.keep
    assert not words.anywhere
