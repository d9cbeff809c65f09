import pytest

from services.notifier.codes import Failure, Verdict, verdict


@pytest.mark.parametrize(
    ("code", "judged"),
    [
        *((code, Verdict.AGAIN) for code in (4, 80007, 130429, 613, 131052, 131053)),
        (131056, Verdict.AGAIN_PAIR),
        *((code, Verdict.AGAIN_UPGRADE) for code in (131057, 134101)),
        *((code, Verdict.UNKNOWN) for code in (1, 2, 131000, 131016, 133004)),
        (131047, Verdict.TEMPLATE),
        *((code, Verdict.NO_WHATSAPP) for code in (131026, 131062, 130472, 130403, 131051)),
        (131049, Verdict.NEXT_CHANNEL),
        *((code, Verdict.BAD_TEMPLATE) for code in (132000, 132001, 132005, 132007, 132012)),
        *((code, Verdict.BAD_TEMPLATE) for code in (132015, 132016)),
        (131050, Verdict.OPT_OUT),
        *((code, Verdict.CIRCUIT) for code in (0, 190, 3, 10, 200, 299)),
        *((code, Verdict.ACCOUNT) for code in (368, 131031, 131042, 131048, 133010)),
        *((code, Verdict.BUG) for code in (100, 131008, 131009, 131021)),
        (999_999, Verdict.NEXT_CHANNEL),
        (21610, Verdict.NEXT_CHANNEL),  # Twilio's; of WhatsApp it says nothing
    ],
)
def test_each_code_of_whatsapp_has_its_verdict(code: int, judged: Verdict) -> None:
    assert verdict(Failure("no", status=400, code=code), "meta") is judged


@pytest.mark.parametrize(
    ("code", "judged"),
    [
        (20429, Verdict.AGAIN),
        (20003, Verdict.CIRCUIT),
        (21211, Verdict.NEXT_CHANNEL),
        (21610, Verdict.OPT_OUT),
        (131026, Verdict.NEXT_CHANNEL),  # WhatsApp's; of Twilio it says nothing
    ],
)
def test_each_code_of_twilio_has_its_verdict(code: int, judged: Verdict) -> None:
    assert verdict(Failure("no", status=400, code=code), "twilio") is judged


@pytest.mark.parametrize(
    ("failure", "judged"),
    [
        (Failure("timeout"), Verdict.UNKNOWN),
        (Failure("trouble", status=503), Verdict.UNKNOWN),
        (Failure("busy", status=429), Verdict.AGAIN),
        (Failure("busy", status=429, code=100), Verdict.AGAIN),
        (Failure("busy", status=429, code=368), Verdict.AGAIN),
        (Failure("busy", status=429, code=131056), Verdict.AGAIN_PAIR),
        (Failure("who", status=401), Verdict.CIRCUIT),
        (Failure("moved", status=302), Verdict.CIRCUIT),
        (Failure("passing", status=400, is_transient=True), Verdict.AGAIN),
        (Failure("never left", judged=Verdict.AGAIN), Verdict.AGAIN),
    ],
)
def test_without_a_known_code_the_status_decides(failure: Failure, judged: Verdict) -> None:
    assert verdict(failure, "meta") is judged
