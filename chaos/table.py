"""What a run ends with: one table, in the manner of Jepsen's total-queue checker."""

from chaos.checker import MUST_BE_ZERO, Verdict
from chaos.doses import Injected

COUNTED = (
    *("attempts", "sent", "accepted", "refused", "full, yet held", "unknown", "ok"),
    *("events", "event repeats", "texts"),
)


def text(verdict: Verdict, injected: Injected, seed: int, seconds: float) -> str:
    """Write the table: what was counted, what must be 0, what was injected."""
    lines = ["", f"seed {seed}, {seconds:.0f} s", ""]
    lines += [f"  {name:<18} {verdict.columns.get(name, 0):>7,}" for name in COUNTED]
    lines.append("")
    for name in MUST_BE_ZERO:
        number = verdict.columns.get(name, 0)
        lines.append(f"  {name:<18} {number:>7,}   {'ok' if number == 0 else 'MUST BE 0'}")
        lines += [f"      {example}" for example in verdict.examples.get(name, ())]
    lines += ["", "  injected: " + _doses(injected)]
    lines += [
        f"  {what}: healed within {max(times):.1f} s"
        for what, times in injected.healed_s.items()
        if max(times) > 1
    ]
    lines += [f"  NEVER HEALED: {what}" for what in injected.never_healed]
    lines += [f"  NOT ENOUGH: {what}" for what in injected.short]
    good = verdict.is_valid and injected.is_whole
    lines += ["", "  nothing lost, nothing twice" if good else "  WRONG: see above"]
    return "\n".join(lines)


def _doses(injected: Injected) -> str:
    rows = sorted(injected.doses.items(), key=lambda pair: int(pair[0][1:]))
    return ", ".join(f"{row} {number}" for row, number in rows) or "nothing"
