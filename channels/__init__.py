"""Reference front-ends; clients of the gateway's public API and of nothing else."""
