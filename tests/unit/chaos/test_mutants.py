import ast
from pathlib import Path

import pytest

from chaos.checker import MUST_BE_ZERO
from chaos.doses import Doses
from chaos.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[3]


def test_there_are_a_dozen_mutants_or_more_and_no_two_are_the_same() -> None:
    assert len(MUTANTS) >= 12
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_the_code_that_there_is(mutant: Mutant) -> None:
    assert set(mutant.caught_by) <= set(MUST_BE_ZERO)
    Doses(**mutant.doses)  # type: ignore[arg-type]  # whole numbers, but for two
    for file, old, new in mutant.edits:
        text = (ROOT / file).read_text()
        assert text.count(old) == 1, (file, old)
        if file.endswith(".py"):
            ast.parse(text.replace(old, new))
