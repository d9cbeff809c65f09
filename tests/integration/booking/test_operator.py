"""The operator's command on the real ledger: opens, cuts, closes, refuses, writes it down."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from deploy.local.environment import Stack
from services.booking import operator
from services.booking.operator import quota
from services.booking.operator.plan import Plan
from shared.messages import Session, SlotRef
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World
from tests.ledger import broken_invariants

Operate = Callable[..., Awaitable[tuple[int, str]]]
MONDAY = TODAY + timedelta(days=28 - TODAY.weekday())
FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
def operate(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operate:
    """Type a command; gives its exit code and what it printed."""
    for name, value in stack.environment("booking").items():
        monkeypatch.setenv(name, value)

    async def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        try:
            code = await asyncio.to_thread(operator.main, ["--by", "rina", *words])
        except SystemExit as told:
            code = int(told.code or 0)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def office(world: World) -> str:
    return world.new_office()


def week(office: str, *more: str) -> list[str]:
    words = ["quota", "open", "--office", office, "--from", str(MONDAY), "--to", str(FRIDAY)]
    return [*words, *more]


def monday(office: str) -> SlotRef:
    return SlotRef(office=office, service="passport", date=MONDAY, session=Session.MORNING)


async def slots(admin: Any, office: str) -> list[Any]:
    return [
        tuple(row)
        for row in await admin.fetch(
            """
            SELECT date, session, capacity, remaining, closed FROM booking.slot
             WHERE office_id = $1 ORDER BY date, session
            """,
            office,
        )
    ]


async def test_a_sentence_opens_a_month_of_weekdays(
    operate: Operate, office: str, admin: Any
) -> None:
    sentence = f"40 morning and 30 afternoon seats at {office} on weekdays of January"

    code, _ = await operate("quota", "open", sentence)

    found = await slots(admin, office)
    year = TODAY.year + (TODAY.month > 1)
    assert code == 0
    assert {row[0].weekday() for row in found} == {0, 1, 2, 3, 4}
    assert all(date(year, 1, 1) <= row[0] <= date(year, 1, 31) for row in found)
    assert {(row[1], row[2], row[3]) for row in found} == {
        ("morning", 40, 40),
        ("afternoon", 30, 30),
    }


async def test_opening_twice_changes_nothing(operate: Operate, office: str, admin: Any) -> None:
    first = await operate(*week(office, "--morning", "5"))
    before = await slots(admin, office)

    second = await operate(*week(office, "--morning", "5"))

    assert (first[0], second[0]) == (0, 0)
    assert await slots(admin, office) == before


async def test_a_dry_run_does_nothing_and_says_what_it_would(
    operate: Operate, office: str, admin: Any
) -> None:
    code, text = await operate(*week(office, "--morning", "5", "--dry-run"))

    assert (code, await slots(admin, office)) == (0, [])
    assert "5" in text


async def test_a_cut_below_what_is_taken_is_refused_and_changes_nothing(
    operate: Operate, office: str, ledger: Ledger, keys: Any, admin: Any
) -> None:
    await operate(*week(office, "--morning", "5"))
    for _ in range(3):
        await ledger.booked(Citizen(keys), monday(office))
    before = await slots(admin, office)

    refused, text = await operate(*week(office, "--morning", "2"))
    unchanged = await slots(admin, office)
    exact, _ = await operate(*week(office, "--morning", "3"))

    assert (refused, unchanged == before) == (1, True)
    assert "3" in text
    assert exact == 0
    assert (await slots(admin, office))[0][2:4] == (3, 0)
    assert await broken_invariants(admin) == {}


async def test_partial_cuts_the_rest(
    operate: Operate, office: str, ledger: Ledger, keys: Any, admin: Any
) -> None:
    await operate(*week(office, "--morning", "5"))
    for _ in range(3):
        await ledger.booked(Citizen(keys), monday(office))

    await operate(*week(office, "--morning", "2", "--partial"))

    assert [row[2] for row in await slots(admin, office)] == [5, 2, 2, 2, 2]


async def test_more_seats_are_there_at_once_and_numbered_on(
    operate: Operate, office: str, ledger: Ledger, keys: Any
) -> None:
    await operate(*week(office, "--morning", "1"))
    first = await ledger.booked(Citizen(keys), monday(office))

    await operate(*week(office, "--morning", "2"))
    second = await ledger.booked(Citizen(keys), monday(office))

    assert [first.queue_number, second.queue_number] == ["A-001", "A-002"]


async def test_an_opening_moment_is_in_the_offices_own_time_and_can_be_moved(
    operate: Operate, office: str, admin: Any
) -> None:
    await admin.execute(
        "UPDATE booking.office SET timezone = 'Asia/Jayapura' WHERE id = $1", office
    )
    tomorrow = TODAY + timedelta(days=1)

    await operate(*week(office, "--morning", "5", "--opens-at", f"{tomorrow} 09:00"))
    first = await opens_at(admin, office)
    await operate(*week(office, "--morning", "5", "--opens-at", f"{tomorrow} 10:00"))
    second = await opens_at(admin, office)

    assert first == datetime.fromisoformat(f"{tomorrow} 09:00+09:00")
    assert second == datetime.fromisoformat(f"{tomorrow} 10:00+09:00")


async def opens_at(admin: Any, office: str) -> Any:
    found = await admin.fetch(
        "SELECT DISTINCT opens_at FROM booking.slot WHERE office_id = $1", office
    )
    assert len(found) == 1
    return found[0]["opens_at"]


async def test_a_closed_day_is_closed_says_who_is_affected_and_can_be_reopened(
    operate: Operate, office: str, ledger: Ledger, keys: Any, admin: Any
) -> None:
    await operate(*week(office, "--morning", "5", "--afternoon", "5"))
    await ledger.booked(Citizen(keys), monday(office))
    day = ["--office", office, "--date", str(MONDAY)]

    _, text = await operate("quota", "close", *day, "--reason", "Sample")
    closed = [row[4] for row in await slots(admin, office)]
    refused = await ledger.one(Citizen(keys).hold(monday(office)))
    await operate("quota", "reopen", *day)

    assert closed == [True, True] + [False] * 8
    assert "1" in text
    assert refused.code == "slot_closed"
    assert not any(row[4] for row in await slots(admin, office))
    assert (await ledger.events(monday(office)))[-1] == "slot.changed"


@pytest.mark.parametrize(
    ("acts", "closed"),
    [
        (["close morning", "close", "reopen"], []),
        (["close", "reopen morning"], ["afternoon"]),
        (["close", "close morning", "reopen morning"], ["afternoon"]),
        (["close morning", "reopen afternoon"], ["morning"]),
    ],
)
async def test_a_session_and_its_day_are_closed_and_reopened_without_contradiction(
    acts: list[str], closed: list[str], operate: Operate, office: str, admin: Any
) -> None:
    await operate(*week(office, "--morning", "5", "--afternoon", "5"))
    for act in acts:
        what, *session = act.split()
        words = ["quota", what, "--office", office, "--date", str(MONDAY)]
        words += ["--session", *session] if session else []
        await operate(*words, *(["--reason", "Libur"] if what == "close" else []))

    assert [row[1] for row in await slots(admin, office) if row[4]] == sorted(closed)
    _, text = await operate(*week(office, "--morning", "6", "--afternoon", "6"))
    assert ("is closed" in text) == bool(closed)


async def test_who_closes_again_hears_again_how_many_are_affected(
    operate: Operate, office: str, ledger: Ledger, keys: Any
) -> None:
    await operate(*week(office, "--morning", "5"))
    await ledger.booked(Citizen(keys), monday(office))
    close = ["quota", "close", "--office", office, "--date", str(MONDAY), "--reason", "Libur"]

    said = [(await operate(*close))[1] for _ in range(2)]

    assert all("1 person holds" in text for text in said)


async def test_closing_and_booking_at_once_block_one_another_never(
    operate: Operate, office: str, ledger: Ledger, citizens: Any
) -> None:
    await operate(*week(office, "--morning", "50", "--afternoon", "50"))
    morning = monday(office)
    afternoon = morning.model_copy(update={"session": Session.AFTERNOON})
    day = ["--office", office, "--date", str(MONDAY)]

    async def close_and_reopen() -> set[int]:
        codes = [
            (await operate("quota", *act, *day))[0]
            for _ in range(10)
            for act in (["close", "--reason", "Libur"], ["reopen"])
        ]
        return set(codes)

    async def book() -> None:
        for one, two in zip(citizens(20), citizens(20), strict=True):
            await ledger.decide(one.hold(morning), two.hold(afternoon))

    codes, *_ = await asyncio.gather(close_and_reopen(), book(), book())

    assert codes == {0}


async def test_a_day_that_closes_while_it_opens_is_closed(
    operate: Operate, office: str, admin: Any, pools: Any
) -> None:
    plan = Plan(office, "passport", (MONDAY,), {Session.MORNING: 5})
    async with (await pools("booking")).acquire() as db, db.transaction():
        await quota.open_quota(db, plan, "rina", dry=False, partial=False)
        day = ["--office", office, "--date", str(MONDAY), "--reason", "Libur"]
        closing = asyncio.create_task(operate("quota", "close", *day))
        await asyncio.sleep(0.5)
        assert not closing.done()

    assert (await closing)[0] == 0
    assert [closed for *_, closed in await slots(admin, office)] == [True]


async def test_the_same_opening_twice_changes_nothing_and_tells_nobody(
    operate: Operate, office: str, ledger: Ledger
) -> None:
    opens = ["--opens-at", f"{TODAY + timedelta(days=1)} 09:00"]
    for _ in range(3):
        await operate(*week(office, "--morning", "5", *opens))

    assert await ledger.events(monday(office)) == ["slot.opened"]


async def test_what_is_opened_over_a_closure_stays_out(
    operate: Operate, office: str, admin: Any
) -> None:
    await operate("quota", "close", "--office", office, "--date", str(MONDAY), "--reason", "Libur")

    await operate(*week(office, "--morning", "5"))

    first, *_ = await slots(admin, office)
    assert first[0] == MONDAY + timedelta(days=1)


async def test_show_counts_booked_held_and_remaining(
    operate: Operate, office: str, ledger: Ledger, keys: Any
) -> None:
    await operate(*week(office, "--morning", "5"))
    await ledger.booked(Citizen(keys), monday(office))
    await ledger.held(Citizen(keys), monday(office))

    _, text = await operate("quota", "show", "--office", office, "--json")

    counts = {"capacity": 5, "booked": 1, "held": 1, "withheld": 0, "remaining": 3}
    assert json.loads(text)[0].items() >= counts.items()


async def test_every_act_is_in_the_audit_with_who_did_it(
    operate: Operate, office: str, admin: Any
) -> None:
    day = ["--office", office, "--date", str(MONDAY)]
    await operate(*week(office, "--morning", "5"))
    await operate("quota", "close", *day, "--reason", "Libur")
    await operate("quota", "reopen", *day)
    await operate("offices", "set", office, "hold_minutes=15")

    await operate("quota", "show", "--office", office)

    acts = await admin.fetch(
        "SELECT who, act FROM booking.audit WHERE data ->> 'office' = $1 ORDER BY id", office
    )

    assert [tuple(row) for row in acts] == [
        ("rina", "quota.open"),
        ("rina", "quota.close"),
        ("rina", "quota.reopen"),
        ("rina", "offices.set"),
    ]
    opened = await admin.fetchval(
        "SELECT data FROM booking.audit WHERE data ->> 'office' = $1 ORDER BY id LIMIT 1", office
    )
    assert opened["slots"][0] == {
        "slot": monday(office).key, "what": "new", "before": 0, "after": 5
    }  # fmt: skip


async def test_an_offices_rule_holds_from_now_on(
    operate: Operate, office: str, ledger: Ledger, keys: Any
) -> None:
    await operate(*week(office, "--morning", "5"))
    await operate("offices", "set", office, "phone_cap=1", "hold_minutes=3")
    first, second = Citizen(keys), Citizen(keys)
    second.phone = first.phone

    granted, refused = await ledger.decide(first.hold(monday(office)), second.hold(monday(office)))

    assert refused.code == "too_many_for_phone"
    assert granted.expires_at - datetime.now(granted.expires_at.tzinfo) < timedelta(minutes=4)


async def test_an_offices_hours_and_services_hold_for_what_is_opened_from_now_on(
    operate: Operate, office: str, admin: Any
) -> None:
    await admin.execute("INSERT INTO booking.service VALUES ('visa', 'Visa', 'Visa')"
                        " ON CONFLICT DO NOTHING")  # fmt: skip
    await operate("offices", "set", office, "morning=07:30-11:00")
    told = [(await operate("offices", "offer", office, "visa"))[1] for _ in range(2)]

    await operate(*week(office, "--service", "visa", "--morning", "5"))

    hours = await admin.fetchrow(
        "SELECT starts, ends FROM booking.slot WHERE office_id = $1 AND service_id = 'visa'", office
    )
    assert [f"{at:%H:%M}" for at in hours] == ["07:30", "11:00"]
    assert ("open quota for it" in told[0], "already" in told[1]) == (True, True)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["offices", "offer", "nowhere", "passport"], 1, "nowhere"),
        (["quota", "open", "40 seats please"], 1, "write it like this"),
        (["quota", "open", "--office", "nowhere", "--morning", "1"], 1, "--from"),
        (["quota", "open", "1 morning seat at batam on all of May", "--morning", "1"], 1, "both"),
        (["quota", "show", "--office", "nowhere"], 1, "nowhere"),
        (["quota", "open", "--office", "x", "--morning", "many"], 2, "seats are 0 to 100,000"),
        (["quota", "close", "--office", "nowhere", "--date", "2027-01-04", "--reason", "x"], 1, ""),
        (["quota", "open", "--office", "x", "--from", "2027-02-30"], 2, "--from"),
        (["quota", "open", "--office", "x", "--morning", "-1"], 2, "--morning"),
        (["offices", "set", "nowhere", "hold_minutes=5"], 1, "nowhere"),
        (["offices", "show", "nowhere"], 1, "nowhere"),
        (["nonsense"], 2, "nonsense"),
    ],
)
async def test_what_cannot_be_done_says_why(
    words: list[str], code: int, says: str, operate: Operate
) -> None:
    told, text = await operate(*words)

    assert told == code, text
    assert says in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--from", "2020-01-01", "--to", "2020-01-31"], "days to come"),
        (["--from", "2027-01-01", "--to", "9999-01-31"], "400 days"),
        (["--from", "2027-02-01", "--to", "2027-01-01"], "--to lies before --from"),
        (["--opens-at", "2999-01-01 09:00"], "not before the first session"),
        (["--opens-at", "soon"], "is no time"),
        (["--days", "someday"], "is no day"),
    ],
)
async def test_an_opening_that_nobody_can_mean_opens_nothing(
    more: list[str], says: str, operate: Operate, office: str, admin: Any
) -> None:
    code, text = await operate(*week(office, "--morning", "5"), *more)

    assert (code, await slots(admin, office)) == (1, [])
    assert says in text


@pytest.mark.parametrize(
    "rule",
    [
        "name=",
        "hold_minutes=99999999999",
        "hold_minutes=0",
        "hold_minutes=soon",
        "colour=red",
        "phone_cap",
        "morning=8-12",
        "morning=12:00-08:00",
        "morning=08:00-25:00",
        "afternoon=11:00-16:00",
    ],
)
async def test_a_rule_that_makes_no_sense_changes_nothing(
    rule: str, operate: Operate, office: str, admin: Any
) -> None:
    row = "SELECT * FROM booking.office WHERE id = $1"
    before = await admin.fetchrow(row, office)

    code, text = await operate("offices", "set", office, rule)

    assert code == 1, text
    assert (
        tuple(await admin.fetchrow("SELECT * FROM booking.office WHERE id = $1", office)) == before
    )
