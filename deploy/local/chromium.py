"""Debian's Chromium, which the tests of the pages drive; installed where it is missing."""

import shutil
from pathlib import Path

from deploy.local import system
from deploy.local.paths import StackError

PROGRAM, PACKAGE = "chromium", "chromium"
# Root may have no sandbox; small machines have neither a graphics card nor much of /dev/shm.
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
# Whatever a browser does beside showing pages, it finds nobody but this machine.
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def find() -> Path:
    """Find the browser; raises StackError where it is missing and cannot be installed."""
    if shutil.which(PROGRAM) is None:
        system.install(PACKAGE)
    found = shutil.which(PROGRAM)
    if found is None:
        raise StackError(f"Chromium was not found, even after installing {PACKAGE}")
    return Path(found)
