"""The audit trail and backups."""
