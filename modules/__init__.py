"""Reusable constructs, each useful alone: safe by default, relaxed by named arguments."""

import bindings

bindings.prepare()
