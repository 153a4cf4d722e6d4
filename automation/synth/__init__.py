"""Fetch what the application depends on, once, so that synthesis needs no network."""
