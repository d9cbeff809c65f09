import resource
from collections.abc import Iterator

import pytest

from shared.service import raise_file_limit


@pytest.fixture
def few_files() -> Iterator[int]:
    """A process that may open few files, as most machines have it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_service_may_open_as_many_files_as_the_machine_permits(few_files: int) -> None:
    raise_file_limit()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > 256
    assert hard == few_files
