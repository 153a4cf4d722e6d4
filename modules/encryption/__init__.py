"""Encryption keys and what services may do with them."""
