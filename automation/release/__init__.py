"""`release` and `rollback`: another version of the application."""
