from collections import Counter
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.keys import CROCKFORD, Keys, WrongKeyError, normal_code, normal_name, same_code

KEYS = Keys.from_secret("a secret for tests, long enough to be one")
A_HOLD = UUID("11111111-1111-5111-8111-111111111111")
A_BIRTHDAY = date(1990, 8, 17)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys.from_secret("too short")


def test_an_approval_code_is_bound_to_its_hold_and_its_owner() -> None:
    code = KEYS.approval_code(A_HOLD, "ab")

    assert code == KEYS.approval_code(A_HOLD, "ab")
    assert code != KEYS.approval_code(uuid4(), "ab")
    assert code != KEYS.approval_code(A_HOLD, "cd")


def test_an_approval_code_cannot_be_computed_without_the_key() -> None:
    other = Keys.from_secret("another secret, quite as long as the first")

    assert KEYS.approval_code(A_HOLD, "ab") != other.approval_code(A_HOLD, "ab")


def test_the_print_of_a_text_cannot_be_computed_without_the_key() -> None:
    other = Keys.from_secret("another secret, quite as long as the first")

    assert KEYS.fingerprint("a NIK") == KEYS.fingerprint("a NIK")
    assert KEYS.fingerprint("a NIK") not in {other.fingerprint("a NIK"), KEYS.fingerprint("no")}


def test_approval_codes_use_every_letter_about_equally() -> None:
    letters = Counter("".join(KEYS.approval_code(uuid4(), "ab") for _ in range(4_000)))

    assert set(letters) == set(CROCKFORD)
    assert max(letters.values()) < 1.35 * min(letters.values())


@pytest.mark.parametrize("typed", ["7k4m2q", " 7K4 M2Q ", "7K4-M2Q", "７Ｋ４Ｍ２Ｑ"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert same_code(typed, "7K4M2Q")


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert normal_code("oIl-0") == "0110"


@given(st.text(max_size=80))
def test_any_typed_code_can_be_read(typed: str) -> None:
    assert normal_code(normal_code(typed)) == normal_code(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BUDI  Santoso", "budi santoso"),
        ("Siti Nur'aini", "siti nur aini"),
        ("José", "Jose"),
        ("Alı Łukasz Ødegård", "Ali Lukasz Oedegard"),
        ("Strauß", "STRAUSS"),
    ],
)
def test_one_person_has_one_key_however_the_name_is_written(one: str, other: str) -> None:
    assert KEYS.person_key(one, A_BIRTHDAY) == KEYS.person_key(other, A_BIRTHDAY)


def test_two_birth_dates_are_two_persons() -> None:
    assert KEYS.person_key("Budi", A_BIRTHDAY) != KEYS.person_key("Budi", date(1990, 8, 18))


def test_a_name_of_punctuation_alone_is_empty() -> None:
    assert normal_name("- . '") == ""


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40) | st.none(), max_size=5))
def test_what_is_sealed_opens_again(value: dict[str, str | None]) -> None:
    assert KEYS.unseal(KEYS.seal(value, "hold/1"), "hold/1") == value


def test_a_sealed_value_opens_only_in_its_own_row() -> None:
    sealed = KEYS.seal({"name": "Contoh"}, "hold/1")

    with pytest.raises(WrongKeyError):
        KEYS.unseal(sealed, "hold/2")


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(KEYS.seal({"name": "Contoh"}, "hold/1"))
    sealed[place] ^= 1

    with pytest.raises(WrongKeyError):
        KEYS.unseal(bytes(sealed), "hold/1")


def test_a_phone_is_an_owner_before_a_whatsapp_id() -> None:
    both = KEYS.owner_of("+6281200000001", "ID.1")

    assert both == KEYS.owner_of("+6281200000001", None)
    assert both != KEYS.owner_of(None, "ID.1")


@given(st.text(st.characters(max_codepoint=127)))
def test_a_name_in_plain_letters_is_compared_as_any_other(name: str) -> None:
    # The quick way for ASCII and the way of all other names must agree: `Æ` takes the other.
    assert f"ae {normal_name(name)}".strip() == normal_name(f"Æ {name}")
