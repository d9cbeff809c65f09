#!/bin/sh
# Runs the budgets of the citizen's pages: Node, Lighthouse and the pages first, where they are missing.
set -eu
cd "$(dirname "$0")/../.."

deploy/local/web.sh
. deploy/local/node.sh
npm_install bench/web "Lighthouse"
exec .venv/bin/python -m bench.web "$@"
