"""`synth`, `validate` and `wheels`: stacks as Terraform JSON, without an account."""
