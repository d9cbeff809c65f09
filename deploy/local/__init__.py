"""The local stack: what make up, make down and the tests start."""
