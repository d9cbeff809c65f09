from datetime import UTC, date, datetime, time

import pytest

from services.booking.operator.plan import (
    Existing,
    Plan,
    PlanError,
    days_between,
    local_moment,
    moment,
    preview,
    queue_letter,
    read_sentence,
)
from shared.messages import Session, SlotRef

MONDAY = date(2027, 1, 11)
TUESDAY = date(2027, 1, 12)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH = {Session.MORNING: 40, Session.AFTERNOON: 40}
MORNING, AFTERNOON = Session.MORNING, Session.AFTERNOON


def plan(seats: dict[Session, int], *days: date) -> Plan:
    return Plan("jakarta-pusat", "passport", days or (MONDAY,), seats)


def key(day: date = MONDAY, session: Session = MORNING) -> str:
    return SlotRef(office="jakarta-pusat", service="passport", date=day, session=session).key


def test_the_sentence_of_the_readme_is_read() -> None:
    sentence = "40 morning and 40 afternoon seats at jakarta-pusat on weekdays of January"

    found = read_sentence(sentence)

    assert (found.office, found.days, found.seats) == ("jakarta-pusat", "weekdays", BOTH)
    assert found.span(NOON.date()) == (date(2027, 1, 1), date(2027, 1, 31))


@pytest.mark.parametrize(
    ("sentence", "office", "days", "first", "last", "seats"),
    [
        ("40 morning seats at batam on all of May", "batam", "all", (2027, 5, 1), (2027, 5, 31),
         {MORNING: 40}),
        ("5 afternoon seats at batam on mon,tue of feb 2028", "batam", "mon,tue", (2028, 2, 1),
         (2028, 2, 29), {AFTERNOON: 5}),
        ("1 morning seat at batam on mondays and fridays in Dec", "batam", "mondays and fridays",
         (2026, 12, 1), (2026, 12, 31), {MORNING: 1}),
        ("20 AFTERNOON, 0 MORNING SEATS AT Batam ON Weekdays OF november.", "batam", "weekdays",
         (2026, 11, 1), (2026, 11, 30), {AFTERNOON: 20, MORNING: 0}),
    ],
)  # fmt: skip
def test_other_ways_to_say_it_are_read(
    sentence: str,
    office: str,
    days: str,
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    seats: dict[Session, int],
) -> None:
    found = read_sentence(sentence)

    assert (found.office, found.days, found.seats) == (office, days, seats)
    assert found.span(NOON.date()) == (date(*first), date(*last))


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 12, 31), 2027), (date(2027, 1, 1), 2027), (date(2027, 1, 31), 2027),
     (date(2027, 2, 1), 2028)],
)  # fmt: skip
def test_without_a_year_the_next_such_month_is_meant_this_one_included(
    today: date, year: int
) -> None:
    said = read_sentence("1 morning seat at batam on all of January")

    assert said.span(today)[0] == date(year, 1, 1)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "forty morning seats at batam on weekdays of January",
        "40 seats at batam on weekdays of January",
        "40 evening seats at batam on weekdays of January",
        "-40 morning seats at batam on weekdays of January",
        "40 morning seats on weekdays of January",
        "40 morning seats at batam of January",
        "40 morning seats at batam on weekdays",
        "40 morning seats at batam on weekdays of January 27",
        "40 morning seats at batam on weekdays of January and February",
    ],
)
def test_a_sentence_that_says_too_little_is_answered_with_an_example(sentence: str) -> None:
    with pytest.raises(PlanError, match="write it like this: 40 morning"):
        read_sentence(sentence)


@pytest.mark.parametrize("month", ["Januari", "Smarch", "ma", "ju"])
def test_a_month_that_is_none_is_named(month: str) -> None:
    with pytest.raises(PlanError, match=f"'{month}' is no month"):
        read_sentence(f"40 morning seats at batam on weekdays of {month}")


def test_a_session_said_twice_is_not_guessed_at() -> None:
    with pytest.raises(PlanError, match="morning is said twice"):
        read_sentence("40 morning and 30 morning seats at batam on all of May")


def test_more_seats_than_a_slot_can_have_are_refused() -> None:
    with pytest.raises(PlanError, match="seats are 0 to 100,000"):
        read_sentence("100001 morning seats at batam on all of May")


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("all", [11, 12, 13, 14, 15, 16, 17]),
        ("days", [11, 12, 13, 14, 15, 16, 17]),
        ("weekdays", [11, 12, 13, 14, 15]),
        ("Weekdays", [11, 12, 13, 14, 15]),
        ("mon", [11]),
        ("tue,thu", [12, 14]),
        ("sat and sun", [16, 17]),
        ("mondays, wednesdays and fridays", [11, 13, 15]),
    ],
)
def test_days_are_named_in_several_ways(days: str, found: list[int]) -> None:
    assert [day.day for day in days_between(MONDAY, date(2027, 1, 17), days)] == found


@pytest.mark.parametrize(
    ("first", "last", "days", "reason"),
    [
        (MONDAY, MONDAY, "senin", "'senin' is no day"),
        (MONDAY, MONDAY, "monkeys", "'monkeys' is no day"),
        (MONDAY, MONDAY, "mon,?,tue", "'\\?' is no day"),
        (MONDAY, MONDAY, "sat", "there is no sat between 2027-01-11 and 2027-01-11"),
        (TUESDAY, MONDAY, "all", "--to lies before --from"),
        (MONDAY, date(2028, 3, 1), "all", "more than 400 days"),
    ],
)
def test_days_that_make_no_sense_are_refused_with_the_reason(
    first: date, last: date, days: str, reason: str
) -> None:
    with pytest.raises(PlanError, match=reason):
        days_between(first, last, days)


def test_days_that_are_not_there_are_new() -> None:
    found = preview(plan(BOTH, MONDAY, TUESDAY), {}, [])

    assert [(c.ref.date, c.ref.session, c.what, c.before, c.after) for c in found] == [
        (MONDAY, MORNING, "new", 0, 40),
        (MONDAY, AFTERNOON, "new", 0, 40),
        (TUESDAY, MORNING, "new", 0, 40),
        (TUESDAY, AFTERNOON, "new", 0, 40),
    ]


@pytest.mark.parametrize(
    ("slot", "seats", "what", "taken"),
    [
        (Existing(capacity=10, remaining=10, withheld=0), 11, "raise", 0),
        (Existing(capacity=10, remaining=10, withheld=0), 10, "same", 0),
        (Existing(capacity=10, remaining=10, withheld=0), 0, "cut", 0),
        (Existing(capacity=10, remaining=7, withheld=0), 3, "cut", 3),
        (Existing(capacity=10, remaining=7, withheld=0), 2, "refused", 3),
        (Existing(capacity=10, remaining=4, withheld=2), 6, "cut", 6),
        (Existing(capacity=10, remaining=4, withheld=2), 5, "refused", 6),
        (Existing(capacity=10, remaining=0, withheld=10), 9, "refused", 10),
    ],
)
def test_a_slot_is_never_cut_below_the_seats_that_are_taken_or_withheld(
    slot: Existing, seats: int, what: str, taken: int
) -> None:
    [change] = preview(plan({MORNING: seats}), {key(): slot}, [])

    assert (change.what, change.before, change.after, change.taken) == (what, 10, seats, taken)


def test_a_closed_session_is_left_out_and_the_other_is_opened() -> None:
    found = preview(plan(BOTH), {}, [(MONDAY, "morning")])

    assert [change.what for change in found] == ["closed", "new"]


def test_a_closed_day_is_left_out_whatever_is_booked_there() -> None:
    booked = {key(): Existing(capacity=10, remaining=0, withheld=0)}

    found = preview(plan({MORNING: 5}, MONDAY, TUESDAY), booked, [(MONDAY, None)])

    assert [change.what for change in found] == ["closed", "new"]


@pytest.mark.parametrize(
    ("text", "timezone", "instant"),
    [
        ("2026-12-30 09:00", "Asia/Jakarta", "2026-12-30T02:00:00+00:00"),
        ("2026-12-30 09:00", "Asia/Makassar", "2026-12-30T01:00:00+00:00"),
        ("2026-12-30 09:00", "Asia/Jayapura", "2026-12-30T00:00:00+00:00"),
        ("2026-12-30T09:00+00:00", "Asia/Jayapura", "2026-12-30T09:00:00+00:00"),
        ("now", "Asia/Jayapura", "2026-11-24T12:00:00+00:00"),
    ],
)
def test_an_opening_is_in_the_offices_own_time_unless_it_says_otherwise(
    text: str, timezone: str, instant: str
) -> None:
    assert moment(text, timezone, NOON) == datetime.fromisoformat(instant)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-12-32 09:00", "09:00"])
def test_an_opening_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="is no time; write 2026-12-30 09:00, or now"):
        moment(text, "Asia/Jakarta", NOON)


def test_a_session_begins_at_the_offices_own_hour() -> None:
    at_eight = [
        local_moment(MONDAY, time(8), zone)
        for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
    ]

    assert [moment.astimezone(UTC).hour for moment in at_eight] == [1, 0, 23]


def test_each_service_and_session_of_an_office_has_a_letter_of_its_own() -> None:
    letters = [queue_letter(ordinal, session) for ordinal in range(13) for session in Session]

    assert letters == list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
