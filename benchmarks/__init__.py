"""Measurements of synthesis: `make bench`."""
