"""Checks of a live account: what is configured, whether it works, and what a deployment needs."""
