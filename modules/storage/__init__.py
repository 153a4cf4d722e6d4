"""Buckets and access points."""
