"""Reviews a change by applying its base to an emulated account."""
