"""Drives Terraform and AWS over the synthesized stacks."""

from pathlib import Path

PROJECT = Path(__file__).parent.parent
# All that is made here, apart from `cdktf.out`.
WORKSPACE = PROJECT / ".terrace"
