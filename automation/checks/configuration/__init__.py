"""Checks of a live account against what is synthesized, tier by tier."""
