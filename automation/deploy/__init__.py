"""Brings an AWS account to what was synthesized: `plan` and `deploy`."""

from automation.terraform.steps import deploy_stack

__all__ = ["deploy_stack"]
