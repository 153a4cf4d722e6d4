"""Rolls the application forward, and back."""
