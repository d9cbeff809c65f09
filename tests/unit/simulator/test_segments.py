import pytest

from channels.simulator.segments import measure


@pytest.mark.parametrize(
    ("text", "segments", "alphabet", "units"),
    [
        ("x" * 160, 1, "GSM-7", 160),
        ("x" * 161, 2, "GSM-7", 161),
        ("x" * 306, 2, "GSM-7", 306),
        ("x" * 307, 3, "GSM-7", 307),
        ("€" * 80, 1, "GSM-7", 160),
        ("€" * 81, 2, "GSM-7", 162),
        ("éàùÇ\n@", 1, "GSM-7", 6),
        ("ç" * 70, 1, "UCS-2", 70),
        ("ç" * 71, 2, "UCS-2", 71),
        ("ç" * 134, 2, "UCS-2", 134),
        ("ç" * 135, 3, "UCS-2", 135),
        ("🙏" * 35, 1, "UCS-2", 70),
        ("🙏" * 36, 2, "UCS-2", 72),
        ("", 1, "GSM-7", 0),
    ],
)
def test_a_text_takes_as_many_segments_as_it_is_billed_for(
    text: str, segments: int, alphabet: str, units: int
) -> None:
    size = measure(text)

    assert (size.segments, size.alphabet, size.units) == (segments, alphabet, units)


@pytest.mark.parametrize("text", ["x" * 152 + "€" + "x" * 152, "ç" * 66 + "🙏" + "ç" * 66])
def test_what_takes_two_places_is_never_cut_in_two(text: str) -> None:
    size = measure(text)

    assert (size.segments, size.units < size.room) == (3, True)


def test_the_letters_that_make_it_ucs_2_are_named_once_each() -> None:
    assert measure("“Halo” “Ani”").beyond == "“”"
