"""The budgets of the citizen's pages: what they weigh, and when they are there."""
