# The two commands that do everything: `make up` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help up web web-check web-pictures web-budget down status demo check test bench bench-pretix stampede chaos mutants seed operator logs lock clean venv venv-bench venv-pretix
PY := .venv/bin/python
LOCAL := $(PY) -m deploy.local
ARGS ?=

help: ## list what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

venv:
	@deploy/local/bootstrap.sh

up: venv ## install what is missing, start everything, migrate, seed, print the addresses
	@deploy/local/web.sh || echo '  The pages for citizens could not be built (make web says why); all else starts.' >&2
	@$(LOCAL) up

web: venv ## build the citizen's pages, where they changed
	@deploy/local/web.sh

web-check: venv ## the pages' types, against the API as docs/openapi.json has it
	@deploy/local/web-check.sh

web-budget: venv ## what the pages weigh and take, by Lighthouse and a slow line (4 min)
	@bench/web/run.sh $(ARGS)

down: venv ## stop what `make up` started, and nothing else
	@$(LOCAL) down

status: venv ## say what runs
	@$(LOCAL) status

demo: venv ## the WhatsApp dialogue and an HTTP booking as a transcript
	@$(PY) -m deploy.local.demo

operator: venv ## an operator's command: make operator ARGS="quota show --office jakarta-pusat"
	@$(LOCAL) run $(ARGS)

seed: venv ## add offices and sample quota for the next 30 days
	@$(LOCAL) run seed --demo

logs: ## follow the logs of the services
	@ls .antrean/log/*.log >/dev/null 2>&1 || { echo 'nothing was started here: `make up` first' >&2; exit 1; }
	@tail -n 20 -F .antrean/log/*.log

check: venv ## format, lint, types, import contracts, unit tests
	@.venv/bin/ruff format --check -q .
	@.venv/bin/ruff check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache >/dev/null || .venv/bin/lint-imports --no-cache
	@.venv/bin/pytest -q tests/unit $(ARGS)

test: venv ## every test, with a real Postgres and a real RabbitMQ
	@.venv/bin/pytest $(if $(ARGS),$(ARGS),-q tests)

web-pictures: venv ## photograph every state of the citizen's pages for docs/web.md (3 min)
	@.venv/bin/pytest -q tests/browser/pictures.py $(ARGS)

venv-bench:
	@deploy/local/bootstrap.sh bench

bench: venv-bench ## measure every bar beside its yardsticks (15 min); QUICK=1 only tries it
	@$(PY) -m bench $(if $(QUICK),--quick) $(ARGS)

venv-pretix:
	@deploy/local/bootstrap.sh pretix

bench-pretix: venv-pretix ## orders at one quota of pretix beside our holds (optional; some 5 min)
	@$(PY) -m bench.pretix $(ARGS)

stampede: venv ## rivals at one slot of a running system: make stampede ARGS="--rivals 2000 --seats 100"
	@$(PY) -m bench.stampede $(ARGS)

chaos: venv ## everything breaks while a town books, and a checker judges (6 min); SOAK=1 takes a night
	@$(PY) -m chaos $(if $(SOAK),--soak) $(ARGS)

mutants: venv ## seeded defects, each of which the checker must catch (25 min)
	@$(PY) -m chaos.mutating $(ARGS)

lock: venv ## resolve pyproject.toml into requirements/*.lock, by hash
	@.venv/bin/uv pip compile -q pyproject.toml --generate-hashes --no-header --no-annotate -o requirements/run.lock
	@.venv/bin/uv pip compile -q pyproject.toml --group dev --generate-hashes --no-header --no-annotate -o requirements/dev.lock
	@.venv/bin/uv pip compile -q --group bench -c requirements/dev.lock --generate-hashes --no-header --no-annotate -o requirements/bench.lock
	@.venv/bin/uv pip compile -q --group web --generate-hashes --no-header --no-annotate -o requirements/web.lock
	@.venv/bin/uv pip compile -q requirements/pretix.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/pretix.lock

clean: down ## stop and delete the local stack's data
	@$(PY) -c "import shutil; from deploy.local import paths; shutil.rmtree(paths.data_folder(), ignore_errors=True); shutil.rmtree(paths.HOME, ignore_errors=True)"
