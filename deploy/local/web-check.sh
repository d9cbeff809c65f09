#!/bin/sh
# Checks the types of the citizen's pages against the API: what docs/openapi.json says right now.
set -eu
cd "$(dirname "$0")/../.."

. deploy/local/node.sh
npm_install channels/web "what builds the pages"
cd channels/web
exec npm run --silent check
