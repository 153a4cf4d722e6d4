"""Checks of a live account, tier by tier: whether a user gets what was asked for."""

from automation.checks.check import Finding
from automation.checks.configuration.platform import check_platform, without_checks

__all__ = ["Finding", "check_platform", "without_checks"]
