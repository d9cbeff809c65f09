#!/bin/sh
# Makes .venv with everything that requirements/dev.lock names. Quick when nothing changed.
# Needs only Python 3.11 or newer; installs python3-venv with apt where it is missing.
# `bootstrap.sh bench` adds what only the bench needs: requirements/bench.lock.
# `bootstrap.sh pretix` makes .venv-pretix besides, with the peer of `make bench-pretix`.
set -eu
cd "$(dirname "$0")/../.."

stamp=.venv/.lock
lock=requirements/dev.lock
add_bench() {
    case "$1" in bench | pretix) ;; *) return 0 ;; esac
    if cmp -s requirements/bench.lock .venv/.bench; then return 0; fi
    echo "Adding what the bench needs"
    .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/bench.lock
    cp requirements/bench.lock .venv/.bench
}
add_pretix() {
    if [ "$1" != pretix ] || cmp -s requirements/pretix.lock .venv-pretix/.lock; then return 0; fi
    echo "Installing pretix into .venv-pretix (once; some 470 MB)"
    # What has compiled parts comes as a wheel, so that no compiler and no library is needed.
    .venv/bin/uv venv -q --clear --python .venv/bin/python .venv-pretix
    .venv/bin/uv pip install -q --python .venv-pretix/bin/python --require-hashes -r requirements/pretix.lock
    cp requirements/pretix.lock .venv-pretix/.lock
}
if [ -x .venv/bin/python ] && cmp -s "$lock" "$stamp" 2>/dev/null; then
    add_bench "${1:-}"
    add_pretix "${1:-}"
    exit 0
fi

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"; return 0
        fi
    done
    return 1
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
apt_install() {
    command -v apt-get >/dev/null 2>&1 || { echo "please install: $*" >&2; exit 1; }
    echo "  installing $* (once)"
    as_root apt-get update -q >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

python=$(find_python) || { apt_install python3 python3-venv; python=$(find_python) || {
    echo "Antrean needs Python 3.11 or newer; none was found." >&2; exit 1; }; }

echo "Setting up the virtual environment"
if [ ! -x .venv/bin/python ]; then
    "$python" -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
    "$python" -m venv .venv
fi
if [ ! -x .venv/bin/uv ]; then
    # uv itself comes from the same lock, by hash, with pip
    awk '/^uv==/ {keep=1} /^[a-z]/ && !/^uv==/ {keep=0} keep' "$lock" > .venv/uv.txt
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt
fi
.venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes "$lock"
cp "$lock" "$stamp"
rm -f .venv/.bench .venv/.web  # sync took away what the lock does not name
add_bench "${1:-}"
add_pretix "${1:-}"
