"""Every fault injected, and a checker that can fail: `make chaos`, `make mutants`."""
