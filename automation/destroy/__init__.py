"""`destroy`: destroys an environment, or tiers of it."""
