"""Draws an environment as it is synthesized."""
