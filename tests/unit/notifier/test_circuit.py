import pytest

from services.notifier.circuit import REST_S, Circuit


def test_half_of_the_last_calls_failing_opens_it() -> None:
    circuit = Circuit()
    for number in range(20):
        assert not circuit.is_open(0)
        circuit.record(0, went_well=number % 2 == 0)

    assert circuit.is_open(1)
    assert circuit.is_open(REST_S - 0.1)


def test_calls_of_long_ago_do_not_count() -> None:
    circuit = Circuit()
    for second in range(0, 1000, 2):  # 15 calls within the half minute that is looked at
        circuit.record(second, went_well=False)

    assert not circuit.is_open(1000)


@pytest.mark.parametrize("went_well", [True, False])
def test_after_its_rest_one_call_probes_and_the_others_wait(went_well: bool) -> None:
    circuit = Circuit()
    circuit.open(0, 30)

    before = circuit.is_half_open(29)
    half = (circuit.is_open(31), circuit.is_half_open(31))
    circuit.begin(31)
    probed = (circuit.is_open(31), circuit.is_half_open(31))
    circuit.record(32, went_well=went_well)

    assert (before, half, probed) == (False, (False, True), (True, False))
    assert circuit.is_open(33) is not went_well


def test_a_call_that_began_before_it_opened_closes_nothing() -> None:
    circuit = Circuit()
    circuit.open(0, 30)

    circuit.record(1, went_well=True)

    assert circuit.is_open(2)
