"""Drives Terraform and AWS over the synthesized stacks."""
