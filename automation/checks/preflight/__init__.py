"""What would keep an environment from being deployed, found before anything is changed."""

from automation.checks.preflight.preflight import examine

__all__ = ["examine"]
