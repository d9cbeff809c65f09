"""What an example does, as plain numbers that hypothesis can shrink."""

from typing import Any

from hypothesis import strategies as st

VERBS = (
    *("book", "book", "place", "place", "confirm", "guess", "release", "cancel", "move", "move"),
    *("correct", "repeat", "extend", "extend"),
)
# `tell`: nobody waits for the answer. `late`: its deadline is over. `stranger`: another phone asks.
# `taken`: it comes under the id of an earlier command.
WAYS = (*["plain"] * 8, "tell", "tell", "late", "stranger", "taken")
MINUTES = (3, 3, 11, 35, 80)

nearby = st.integers(0, 9)
command: st.SearchStrategy[Any] = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 7), nearby, nearby, st.sampled_from(WAYS)
)
# What is asked of holds whose time has passed, before the sweeper comes and while nobody is in need
# of them; or of those to which a few minutes are left.
of_hold = st.tuples(
    st.sampled_from(("confirm", "confirm", "guess", "release", "correct", "extend", "extend")),
    *(st.integers(0, 7), st.integers(0, 4), st.integers(0, 6), st.just("plain")),
)
later = st.tuples(
    *(st.just("later"), st.sampled_from((3, 11)), st.lists(of_hold, min_size=1, max_size=3))
)
sweep = st.just(("sweep",))
resize = st.tuples(st.just("resize"), nearby, st.integers(0, 3))
# Not of the slot that is not there yet: who looks for it in vain looks without a lock.
resize_beside = st.tuples(st.just("resize"), st.integers(0, 8), st.integers(0, 3))
close = st.tuples(st.sampled_from(("close", "reopen")), nearby, st.booleans())
wait = st.tuples(st.just("wait"), st.sampled_from(MINUTES))
# In order, or the last first.
batch = st.tuples(st.just("decide"), st.lists(command, min_size=1, max_size=6), st.booleans())
# What runs at once: a batch, a single command, and perhaps somebody else.
race = st.tuples(
    st.just("race"),
    st.lists(command, min_size=1, max_size=3),
    command,
    st.one_of(st.none(), sweep, resize_beside, sweep, resize_beside, close),
)
rush = st.tuples(st.just("rush"), st.integers(0, 2))  # all of one phone, each to another slot
step = st.one_of(
    *(batch, batch, batch, batch, race, race, rush, wait, wait, sweep, resize, close),
    *(later, later, st.just(("visits",))),
)
plans = st.tuples(
    st.booleans(),  # whether the office withholds what comes back
    st.tuples(*[st.integers(1, 3)] * 6),
    st.lists(step, min_size=4, max_size=10),
)
