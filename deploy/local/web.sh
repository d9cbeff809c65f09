#!/bin/sh
# Builds the citizen's pages into channels/web/dist. Quick when nothing changed.
# By the machine's Node where it is new enough, else by one from PyPI, by hash, in .venv.
set -eu
cd "$(dirname "$0")/../.."

web=channels/web

# One line for all that the pages are made of, and for what makes them.
mark() {
    find "$web" \( -name node_modules -o -name dist -o -name .made -o -name api-types.ts \) -prune \
        -o -type f ! -path "$web/*.html" -print | LC_ALL=C sort | xargs -d '\n' cksum | cksum
}

built=$web/dist/.built
made_of=$(mark)
if [ -f "$built" ] && [ "$made_of" = "$(cat "$built")" ]; then exit 0; fi

. deploy/local/node.sh
npm_install "$web" "what builds the pages"
echo "Building the pages"
rm -f "$built"
(cd "$web" && node build/build.mjs)
echo "$made_of" > "$built"
