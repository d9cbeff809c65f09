from datetime import UTC, datetime, timedelta

import pytest

from services.notifier.routing import (
    TRIES,
    Failure,
    Text,
    Verdict,
    after_accepted,
    after_silence,
    next_step,
    verdict,
)

NOW = datetime(2027, 1, 13, 3, tzinfo=UTC)
WITH_SMS = Text("whatsapp", ("sms",), as_template=False, tries=1)
ALONE = Text("whatsapp", (), as_template=False, tries=1)


@pytest.mark.parametrize(
    ("code", "judged"),
    [
        *((code, Verdict.AGAIN) for code in (4, 80007, 130429, 613, 131052, 131053)),
        (131056, Verdict.AGAIN_PAIR),
        *((code, Verdict.AGAIN_UPGRADE) for code in (131057, 134101)),
        *((code, Verdict.UNKNOWN) for code in (1, 2, 131000, 131016, 133004)),
        (131047, Verdict.TEMPLATE),
        (131026, Verdict.NO_WHATSAPP),
        *((code, Verdict.NEXT_CHANNEL) for code in (131062, 130472, 130403, 131051, 131049)),
        *((code, Verdict.NEXT_CHANNEL) for code in (132000, 132001, 132005, 132007, 132012)),
        *((code, Verdict.OPT_OUT) for code in (131050, 21610)),
        *((code, Verdict.CIRCUIT) for code in (0, 190, 3, 10, 200, 299, 368, 131031, 131042)),
        *((code, Verdict.CIRCUIT) for code in (131048, 133010)),
        *((code, Verdict.BUG) for code in (100, 131008, 131009, 131021)),
        (999_999, Verdict.NEXT_CHANNEL),
    ],
)
def test_each_code_of_the_provider_has_its_verdict(code: int, judged: Verdict) -> None:
    assert verdict(Failure("no", status=400, code=code)) is judged


@pytest.mark.parametrize(
    ("failure", "judged"),
    [
        (Failure("timeout"), Verdict.UNKNOWN),
        (Failure("trouble", status=503), Verdict.UNKNOWN),
        (Failure("busy", status=429), Verdict.AGAIN),
        (Failure("busy", status=429, code=100), Verdict.AGAIN),
        (Failure("who", status=401), Verdict.CIRCUIT),
        (Failure("passing", status=400, is_transient=True), Verdict.AGAIN),
    ],
)
def test_without_a_known_code_the_status_decides(failure: Failure, judged: Verdict) -> None:
    assert verdict(failure) is judged


def test_a_call_in_doubt_waits_for_a_receipt_before_anything_is_sent_again() -> None:
    step = next_step(WITH_SMS, Failure("timeout"), 0.5, NOW)

    assert (step.state, step.due_in_s) == ("unknown", 45)


def test_who_is_not_on_whatsapp_gets_one_sms() -> None:
    step = next_step(WITH_SMS, Failure("no", status=400, code=131026), 0.5, NOW)

    assert (step.state, step.channel, step.no_whatsapp) == ("waiting", "sms", True)


def test_a_closed_window_leads_to_a_template_once() -> None:
    failure = Failure("late", status=400, code=131047)
    once = next_step(ALONE, failure, 0.5, NOW)
    again = next_step(Text("whatsapp", (), as_template=True, tries=2), failure, 0.5, NOW)

    assert once.as_template
    assert again.state == "undeliverable"


def test_our_accounts_trouble_burns_no_tries() -> None:
    step = next_step(ALONE, Failure("no", status=401, code=190), 0.5, NOW)

    assert (step.state, step.opens_circuit, step.counts_as_try) == ("waiting", True, False)


def test_retry_after_is_honoured_and_retries_end() -> None:
    busy = Failure("busy", status=429, code=130429, retry_after_s=7)
    spent = Text("whatsapp", (), as_template=False, tries=TRIES)

    assert next_step(ALONE, busy, 0.0, NOW).due_in_s == 7
    assert next_step(spent, busy, 0.5, NOW).state == "undeliverable"


def test_a_text_that_came_too_late_is_dropped() -> None:
    late = Text("sms", (), as_template=False, tries=1, valid_until=NOW - timedelta(seconds=1))

    assert next_step(late, Failure("timeout"), 0.5, NOW).state == "dropped"
    assert after_silence(late, "sending", NOW).state == "dropped"


def test_silence_after_sent_leads_to_sms_only_where_there_is_one() -> None:
    assert after_accepted(WITH_SMS).due_in_s == 600
    assert after_accepted(ALONE).due_in_s is None
    assert after_silence(WITH_SMS, "sent", NOW).channel == "sms"
