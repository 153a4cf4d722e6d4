"""Brings an account to what is synthesized, stack by stack."""
