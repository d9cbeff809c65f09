"""`make mutants`: runs the suite on each mutant and says which check caught it."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".antrean" / "chaos"
PARTS = ("services", "shared", "channels", "deploy")
SEED, TRIES, LONGEST_S = 20_260, 2, 600


def mutate(mutant: Mutant, root: Path) -> None:
    """Copy what runs to a folder and make the defect there; raises ValueError where it misses."""
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part)
    for file, old, new in mutant.edits:
        path = root / file
        text = path.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{mutant.name}: {file} has {text.count(old)} of {old!r}")
        path.write_text(text.replace(old, new))


def play(mutant: Mutant, folder: Path, seed: int) -> dict[str, int]:
    """Run the suite on a mutant; gives the columns that are not 0."""
    root, out = folder / f"root-{seed}", folder / f"columns-{seed}.json"
    mutate(mutant, root)
    words = [
        "--keep",
        "--root",
        root,
        "--doses",
        json.dumps(mutant.doses),
        "--seed",
        seed,
        "--out",
        out,
    ]
    for statement in mutant.sql:
        words += ["--sql", statement]
    command = [sys.executable, "-m", "chaos", *map(str, words)]
    with (folder / "said").open("ab") as said:
        try:
            subprocess.run(
                command, cwd=ROOT, stdout=said, stderr=said, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            return {"came to no end": 1}  # which proves nothing, of a mutant or of what is sound
    if not out.exists():
        raise RuntimeError((folder / "said").read_text(errors="replace")[-2000:])
    found: dict[str, int] = json.loads(out.read_text())
    return {name: number for name, number in found.items() if number}


def hunt(mutant: Mutant) -> dict[str, int]:
    """Try to catch a mutant, a second time with another seed where the first saw nothing."""
    with TemporaryDirectory(prefix="antrean-mutant-") as folder:
        for attempt in range(TRIES):
            found = play(mutant, Path(folder), SEED + attempt)
            if any(name in found for name in mutant.caught_by):
                return found
    return {}


def is_sound() -> bool:
    """Run the suite on what stands here: what is caught there too proves nothing of a mutant."""
    sound = Mutant("nothing changed", (), ())
    with TemporaryDirectory(prefix="antrean-mutant-") as folder:
        found = play(sound, Path(folder), SEED)
    print(f"  nothing changed: {found or 'all columns 0'}", flush=True)
    return not found


def main() -> int:
    """Hunt them all."""
    parser = argparse.ArgumentParser(prog="python -m chaos.mutating", description=__doc__)
    parser.add_argument("--only", default="", help="only mutants whose name has this in it")
    words = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if words.only in mutant.name]
    survived = []
    os.environ["ANTREAN_HOME"] = str(HOME)
    if not words.only and not is_sound():
        return 1
    for number, mutant in enumerate(chosen, 1):
        began = time.monotonic()
        found = hunt(mutant)
        caught = ", ".join(f"{name} {number}" for name, number in found.items())
        took = time.monotonic() - began
        print(f"{number:>3} of {len(chosen)}  {mutant.name}: {caught or 'SURVIVED'} ({took:.0f} s)",
              flush=True)  # fmt: skip
        survived += [] if found else [mutant.name]
    command = [sys.executable, "-c", "from deploy.local import servers; servers.stop()"]
    subprocess.run(command, cwd=ROOT, check=False)
    print(f"\n{len(chosen) - len(survived)} of {len(chosen)} mutants were caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
