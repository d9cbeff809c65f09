"""Points at which a process dies when it is told to, to see what a death there leaves behind.

`ANTREAN_FAILPOINTS` names them with the chance of dying at each, such as
`before_commit=0.02,before_ack=1`. Without it a point costs a look at an empty dictionary, and in
production no service starts with it.
"""

import os
import random
import signal
from collections.abc import Mapping

VARIABLE = "ANTREAN_FAILPOINTS"
NAMES = frozenset(
    {
        "before_commit",  # a batch is decided and written, not committed
        "after_commit",  # it is committed, and nobody was told
        "before_ack",  # everybody was told, and the message is still the broker's
        "relay_after_claim",  # events have their positions, and none was published
        "relay_before_mark",  # the broker has them, and the ledger does not know
        "gateway_before_publish",  # commands wait, and the broker has none
        "gateway_after_confirm",  # the broker has them, and no caller knows
        "notifier_before_call",  # the attempt is written, and the provider was not called
        "notifier_after_call",  # the provider has the text, and we did not write that down
    }
)


def read(text: str) -> dict[str, float]:
    """Read the chances of dying, by point; raises ValueError where there is no such point."""
    chances = {}
    for part in filter(None, text.split(",")):
        name, _, chance = part.partition("=")
        if name not in NAMES:
            raise ValueError(f"{VARIABLE}: there is no point {name!r}")
        chances[name] = float(chance or 1)
    return chances


def check(environment: str, variables: Mapping[str, str] = os.environ) -> None:
    """Raise ValueError where points are named in production, or are not there."""
    told = variables.get(VARIABLE, "")
    if told and environment == "production":
        raise ValueError(f"{VARIABLE} is for rehearsals: ANTREAN_ENVIRONMENT is production")
    read(told)


def reach(name: str) -> None:
    """Die here (SIGKILL), if the environment says so and chance will have it."""
    if _CHANCES and _RANDOM.random() < _CHANCES.get(name, 0.0):
        os.write(2, f'{{"event":"failpoint","point":"{name}"}}\n'.encode())
        os.kill(os.getpid(), signal.SIGKILL)


def _armed() -> dict[str, float]:
    """Read what is armed; what cannot be read is told by `check`, at the start."""
    try:
        return read(os.environ.get(VARIABLE, ""))
    except ValueError:
        return {}


_CHANCES = _armed()
_RANDOM = random.Random()  # noqa: S311 a rehearsal
