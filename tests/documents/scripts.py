"""Pages that a test types from the first command to the last."""

PRODUCTION = "docs/production.md"
UPGRADE = "docs/upgrade.md"
