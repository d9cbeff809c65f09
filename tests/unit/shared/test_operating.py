import pytest

from shared.operating import MOST, NotDoneError, new_parser, pick, show_all

IDS = ["3fa91c02d1", "3fa91c02d2", "7e0b", "17", "171717"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("3fa91c02d1", "3fa91c02d1"), ("7e0b", "7e0b"), ("17", "17"), ("1717", "171717"),
     ("7E0B", "7e0b")],
)  # fmt: skip
def test_the_beginning_of_an_id_is_enough_where_it_says_which(typed: str, found: str) -> None:
    assert pick(IDS, typed, str) == found


@pytest.mark.parametrize("typed", ["3fa91c02", "7e", "", "ffff", "%", "3fa91c02d1x"])
def test_what_is_none_of_them_or_may_be_two_is_not_guessed(typed: str) -> None:
    with pytest.raises(NotDoneError):
        pick(IDS, typed, str)


def test_a_list_that_may_go_on_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_all([{"id": n} for n in range(MOST)], "none", as_json=False)
    show_all([{"id": 1, "why": None}], "none", as_json=False)
    show_all([], "none", as_json=False)

    said = capsys.readouterr().out
    assert "there may be more" in said
    assert said.endswith("\n1\n1 in all.\nnone\n")


def test_who_acts_is_whoever_is_logged_in_unless_it_is_said() -> None:
    assert new_parser("any").parse_args([]).by
    assert new_parser("any").parse_args(["--by", "rina"]).by == "rina"
