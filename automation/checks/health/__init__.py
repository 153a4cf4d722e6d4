"""Whether a deployed environment works: what it does now, and that it is as configured."""

from automation.checks.health.health import verify

__all__ = ["verify"]
