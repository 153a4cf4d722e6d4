"""The engine: Terraform over the stacks of an environment."""
