"""Finds what would keep an environment from being deployed, before anything is changed."""
