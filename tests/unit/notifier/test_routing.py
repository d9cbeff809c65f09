from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.notifier.codes import Failure, Verdict
from services.notifier.routing import (
    SECOND_DEVICE_S,
    Text,
    after_accepted,
    after_failed_receipt,
    after_silence,
    next_step,
    refuse_retry,
    retry,
    while_resting,
)

NOW = datetime(2027, 1, 13, 3, tzinfo=UTC)
WITH_SMS = Text("whatsapp", ("sms",), NOW)
ALONE = Text("whatsapp", (), NOW)
NO = Failure("no", status=400, code=1)


def old(text: Text, **age: float) -> Text:
    return replace(text, created_at=NOW - timedelta(**age))


def test_a_call_in_doubt_waits_for_a_receipt_before_anything_is_sent_again() -> None:
    step = next_step(WITH_SMS, Failure("timeout"), Verdict.UNKNOWN, 0.5, NOW)

    assert (step.state, step.channel) == ("unknown", None)


def test_who_is_not_on_whatsapp_gets_one_sms() -> None:
    step = next_step(WITH_SMS, NO, Verdict.NO_WHATSAPP, 0.5, NOW)

    assert (step.state, step.channel, step.no_whatsapp) == ("waiting", "sms", True)


def test_a_closed_window_leads_to_a_template_once() -> None:
    templated = replace(ALONE, has_template=True)
    once = next_step(templated, NO, Verdict.TEMPLATE, 0.5, NOW)
    again = next_step(replace(templated, as_template=True), NO, Verdict.TEMPLATE, 0.5, NOW)

    assert once.as_template
    assert again.state == "undeliverable"


def test_what_has_no_template_is_not_sent_again_into_a_closed_window() -> None:
    assert next_step(ALONE, NO, Verdict.TEMPLATE, 0.5, NOW).state == "undeliverable"
    assert next_step(WITH_SMS, NO, Verdict.TEMPLATE, 0.5, NOW).channel == "sms"


def test_what_we_may_not_send_waits_and_burns_no_tries() -> None:
    step = next_step(WITH_SMS, NO, Verdict.CIRCUIT, 0.5, NOW)

    assert (step.state, step.channel, step.counts_as_try) == ("waiting", None, False)
    assert next_step(old(WITH_SMS, minutes=2), NO, Verdict.CIRCUIT, 0.5, NOW).channel == "sms"
    assert next_step(old(ALONE, hours=25), NO, Verdict.CIRCUIT, 0.5, NOW).state == "undeliverable"


def test_where_our_account_is_in_trouble_the_next_channel_is_taken_at_once() -> None:
    assert next_step(WITH_SMS, NO, Verdict.ACCOUNT, 0.5, NOW).channel == "sms"
    assert next_step(ALONE, NO, Verdict.ACCOUNT, 0.5, NOW).state == "waiting"


def test_retry_after_is_honoured_within_reason() -> None:
    busy = Failure("busy", status=429, retry_after_s=7)
    for_ever = Failure("busy", status=429, retry_after_s=1e9)

    assert next_step(ALONE, busy, Verdict.AGAIN, 0.0, NOW).due_in_s == 7
    assert next_step(ALONE, for_ever, Verdict.AGAIN, 0.0, NOW).due_in_s == 900


@pytest.mark.parametrize("tries", [1, 7, 1_000])
def test_what_is_throttled_is_tried_for_as_long_as_it_is_worth_it(tries: int) -> None:
    often = replace(ALONE, tries=tries)

    for judged in (Verdict.AGAIN, Verdict.AGAIN_PAIR, Verdict.AGAIN_UPGRADE):
        step = next_step(often, NO, judged, 0.9, NOW)
        assert step.state == "waiting"
        assert 0 < (step.due_in_s or 0) <= 300
    assert next_step(old(often, hours=25), NO, Verdict.AGAIN, 0.5, NOW).state == "undeliverable"
    assert next_step(old(WITH_SMS, minutes=11), NO, Verdict.AGAIN, 0.5, NOW).channel == "sms"


def test_another_provider_is_asked_before_the_channel_is_left() -> None:
    spare = replace(WITH_SMS, spare=1)

    step = next_step(spare, NO, Verdict.NEXT_CHANNEL, 0.5, NOW)

    assert (step.state, step.due_in_s, step.channel) == ("waiting", 0, None)


def test_a_text_that_came_too_late_is_dropped() -> None:
    late = Text("sms", (), NOW, valid_until=NOW - timedelta(seconds=1))

    assert next_step(late, NO, Verdict.UNKNOWN, 0.5, NOW).state == "dropped"
    assert after_silence(late, "sending", NOW, may_repeat=True).state == "dropped"


def test_silence_after_sent_leads_to_sms_only_where_there_is_one() -> None:
    assert after_accepted(WITH_SMS).due_in_s == 600
    assert after_accepted(ALONE).due_in_s is None
    assert after_silence(WITH_SMS, "sent", NOW, may_repeat=True).channel == "sms"
    assert after_silence(ALONE, "sent", NOW, may_repeat=True).state == "sent"


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_call_in_doubt_is_made_once_more_at_most(state: str) -> None:
    once = after_silence(WITH_SMS, state, NOW, may_repeat=True)
    twice = after_silence(replace(WITH_SMS, doubts=1), state, NOW, may_repeat=True)

    assert (once.state, once.channel, once.is_doubt) == ("waiting", None, True)
    assert (twice.channel, twice.is_doubt) == ("sms", False)


def test_a_provider_that_knows_no_text_again_is_not_called_twice() -> None:
    sms = Text("sms", (), NOW)

    assert after_silence(sms, "unknown", NOW, may_repeat=False).state == "undeliverable"
    assert after_silence(sms, "unknown", NOW, may_repeat=True).state == "waiting"


def test_what_a_provider_took_and_then_failed_is_in_no_doubt_and_costs_a_try() -> None:
    for judged in (Verdict.UNKNOWN, Verdict.CIRCUIT):
        step = after_failed_receipt(ALONE, NO, judged, 0.5, NOW)
        assert (step.state, step.counts_as_try) == ("waiting", True)


@pytest.mark.parametrize("judged", [Verdict.NO_WHATSAPP, Verdict.UNKNOWN, Verdict.AGAIN])
def test_nothing_goes_out_at_once_where_another_device_may_have_got_it(judged: Verdict) -> None:
    step = after_failed_receipt(WITH_SMS, NO, judged, 0.0, NOW)

    assert (step.state, step.due_in_s) == ("waiting", SECOND_DEVICE_S)


def test_a_closed_window_is_closed_for_all_devices() -> None:
    templated = replace(WITH_SMS, has_template=True)

    assert after_failed_receipt(templated, NO, Verdict.TEMPLATE, 0.0, NOW).due_in_s == 0


def test_who_waits_long_for_a_channel_that_rests_takes_the_next() -> None:
    step = while_resting(WITH_SMS)

    assert step is not None
    assert step.channel == "sms"
    assert while_resting(ALONE) is None


def test_retries_are_spread_by_chance_and_grow() -> None:
    def pause(tries: int, chance: float) -> float:
        text = replace(ALONE, tries=tries)
        return next_step(text, NO, Verdict.AGAIN, chance, NOW).due_in_s or 0.0

    assert pause(1, 0.1) < pause(1, 0.9) < pause(3, 0.9)
    assert pause(3, 0.2) < 0.5 * pause(3, 0.9)


@pytest.mark.parametrize(
    ("text", "calls", "says"),
    [
        (ALONE, [], None),
        (ALONE, [("whatsapp", "refused"), ("whatsapp", "failed")], None),
        (ALONE, [("whatsapp", "unknown"), ("whatsapp", "failed")], "may have brought it"),
        (ALONE, [("whatsapp", "calling")], "may have brought it"),
        (ALONE, [("whatsapp", "accepted")], "may have brought it"),
        (ALONE, [("whatsapp", "sent")], "may have brought it"),
        (ALONE, [("whatsapp", "read")], "it arrived"),
        # By the next channel, as it goes by itself where nobody knows of a call.
        (WITH_SMS, [("whatsapp", "unknown")], None),
        (WITH_SMS, [("whatsapp", "delivered")], "it arrived"),
        (WITH_SMS, [("sms", "unknown")], "may have brought it"),
        (replace(ALONE, valid_until=NOW), [], "worth something until"),
        (replace(ALONE, valid_until=NOW + timedelta(seconds=1)), [], None),
    ],
)
def test_staff_may_have_tried_again_what_certainly_did_not_arrive(
    text: Text, calls: list[tuple[str, str]], says: str | None
) -> None:
    refusal = refuse_retry(text, calls, NOW)

    assert (refusal is None) if says is None else (refusal is not None and says in refusal)


def test_what_staff_retries_takes_the_next_channel_where_there_is_one() -> None:
    assert (retry(WITH_SMS).state, retry(WITH_SMS).channel) == ("waiting", "sms")
    assert (retry(ALONE).state, retry(ALONE).channel) == ("waiting", None)
