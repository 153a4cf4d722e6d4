"""Pages that a test types from the first command to the last."""

PRODUCTION = "docs/production.md"
UPGRADE = "docs/upgrade.md"
# Of this one the test makes the changes and types the rename, as `make` has tests of its own.
LEAVING = "docs/leaving-cdktf.md"
