"""The three processes that Antrean consists of."""
