"""The tables, step by step: a file for each, of one statement that may be repeated."""
