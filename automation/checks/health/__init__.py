"""Finds out whether a deployed environment works, now."""
